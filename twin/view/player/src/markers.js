// What happens at a place: a dot, an arrow for its force, one label for all that say the same.
import * as THREE from 'three';
import { element } from './dom.js';
import { number } from './format.js';

const length = (v) => Math.hypot(v[0], v[1], v[2]);

export class Markers {
  // scale: radius of the scene [m]; overlay: the element that labels stand in
  constructor(markers, scale, overlay) {
    Object.assign(this, { markers, overlay, scale, active: new Map(), labels: new Map(), pool: [] });
    this.group = new THREE.Group();
    this.largest = Math.max(...markers.map((marker) => length(marker.vector)), 1e-9);
    this.material = new THREE.MeshStandardMaterial({ roughness: 0.4, emissiveIntensity: 0.55, depthTest: false, transparent: true });
    this.shapes = {
      dot: new THREE.SphereGeometry(scale * 0.008, 20, 14),
      shaft: new THREE.CylinderGeometry(scale * 0.0035, scale * 0.0035, 1, 12).translate(0, 0.5, 0),
      head: new THREE.ConeGeometry(scale * 0.011, scale * 0.03, 20).translate(0, -scale * 0.015, 0),
    };
  }

  paint(palette) {
    this.material.color.set(palette.alarm);
    this.material.emissive.set(palette.alarm);
  }

  show(time) {
    const now = this.markers.filter((marker) => marker.t <= time + 1e-6 && time < marker.end);
    while (this.pool.length < now.length) this.pool.push(this.make());
    this.pool.forEach((item, i) => this.put(item, now[i]));
    this.active = new Map();
    for (const marker of now) this.active.set(marker.label, [...(this.active.get(marker.label) ?? []), marker]);
  }

  make() {
    const part = (shape) => {
      const mesh = new THREE.Mesh(this.shapes[shape], this.material);
      mesh.renderOrder = 5;
      return mesh;
    };
    const item = { dot: part('dot'), arrow: new THREE.Group(), shaft: part('shaft'), head: part('head') };
    item.arrow.add(item.shaft, item.head);
    this.group.add(item.dot, item.arrow);
    return item;
  }

  put({ dot, arrow, shaft, head }, marker) {
    dot.visible = Boolean(marker);
    const force = marker ? length(marker.vector) : 0;
    arrow.visible = force > 0;
    if (!marker) return;
    dot.position.fromArray(marker.position);
    if (!force) return;
    const long = this.scale * (0.08 + 0.3 * (force / this.largest));
    arrow.position.copy(dot.position);
    arrow.quaternion.setFromUnitVectors(new THREE.Vector3(0, 1, 0), new THREE.Vector3().fromArray(marker.vector).normalize());
    shaft.scale.y = long;
    head.position.y = long;
  }

  // toScreen: a point of the scene [m] -> {x, y, visible} in pixels
  placeLabels(toScreen, shown) {
    for (const [text, label] of this.labels) label.hidden = !shown || !this.active.has(text);
    if (!shown) return;
    for (const [text, group] of this.active) {
      const middle = [0, 1, 2].map((k) => group.reduce((sum, marker) => sum + marker.position[k], 0) / group.length);
      const force = length([0, 1, 2].map((k) => group.reduce((sum, marker) => sum + marker.vector[k], 0)));
      if (!this.labels.has(text)) this.labels.set(text, this.overlay.appendChild(element('div', { class: 'tp-label' })));
      const label = this.labels.get(text);
      const place = toScreen(middle);
      label.hidden = !place.visible;
      // some labels say how strong already
      label.textContent = force > 0 && !/\d\s*N\b/.test(text) ? `${text} · ${number(force)} N` : text;
      label.style.transform = `translate(${place.x + 14}px, ${place.y - 30}px)`;
    }
  }
}
