// The ground: grid lines that fade out with the distance, and a plane that only takes shadows.
import * as THREE from 'three';

const vertexShader = 'varying vec2 place; void main() { vec4 w = modelMatrix * vec4(position, 1.0); place = w.xz; gl_Position = projectionMatrix * viewMatrix * w; }';

const fragmentShader = `
varying vec2 place;
uniform vec3 color;
uniform vec2 middle;
uniform float cell, radius, strength;
float lines(float size) {
  vec2 p = place / size, width = fwidth(p);
  vec2 d = abs(fract(p - 0.5) - 0.5) / max(width, vec2(1e-6));
  float calm = clamp(1.0 - max(width.x, width.y) * 2.0, 0.0, 1.0);
  return (1.0 - min(min(d.x, d.y), 1.0)) * calm;
}
void main() {
  float fade = pow(clamp(1.0 - length(place - middle) / radius, 0.0, 1.0), 1.5);
  float line = max(lines(cell), 0.45 * lines(cell / 5.0));
  gl_FragColor = vec4(color, line * fade * strength);
}`;

export class Ground {
  // survey: from bounds.js; group is added to the stage
  constructor(survey) {
    const size = survey.whole.getSize(new THREE.Vector3());
    const middle = survey.whole.getCenter(new THREE.Vector3());
    const span = Math.max(size.x, size.z, size.y, 0.2);
    const cell = 10 ** Math.ceil(Math.log10(span / 12));
    const radius = Math.max(span * 2.2, 3 * cell);
    this.uniforms = {
      color: { value: new THREE.Color() },
      middle: { value: new THREE.Vector2(middle.x, middle.z) },
      cell: { value: cell },
      radius: { value: radius },
      strength: { value: 0.36 },
    };
    const plane = new THREE.PlaneGeometry(2 * radius, 2 * radius).rotateX(-Math.PI / 2);
    const grid = new THREE.Mesh(
      plane,
      new THREE.ShaderMaterial({ vertexShader, fragmentShader, uniforms: this.uniforms, transparent: true, depthWrite: false }),
    );
    const lift = span * 5e-4;
    grid.position.set(middle.x, survey.ground + lift, middle.z);
    this.group = new THREE.Group();
    this.group.add(grid);
    if (!survey.hasFloor) {
      this.shadow = new THREE.Mesh(plane, new THREE.ShadowMaterial({ opacity: 0.3 }));
      this.shadow.position.set(middle.x, survey.ground - lift, middle.z);
      this.shadow.receiveShadow = true;
      this.group.add(this.shadow);
    }
  }

  paint(palette) {
    this.uniforms.color.value.set(palette.grid);
    if (this.shadow) this.shadow.material.opacity = palette.dark ? 0.5 : 0.22;
  }
}
