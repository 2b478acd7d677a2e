// Renderer, lights, camera and ground around one scene. Draws only when something changed.
import * as THREE from 'three';
import { OrbitControls } from 'three/examples/jsm/controls/OrbitControls.js';
import { RoomEnvironment } from 'three/examples/jsm/environments/RoomEnvironment.js';
import { meshesOf } from './bounds.js';
import { fit } from './camera.js';
import { placeOf } from './deform.js';
import { Ground } from './ground.js';

export class Stage {
  constructor(canvas, scene, survey) {
    Object.assign(this, { canvas, survey, changed: true, followed: null });
    this.renderer = new THREE.WebGLRenderer({ canvas, antialias: true });
    this.renderer.toneMapping = THREE.NeutralToneMapping;
    this.renderer.shadowMap.enabled = true;
    this.renderer.shadowMap.type = THREE.PCFShadowMap;
    // shadows change with what stands where, not with where one looks from
    Object.assign(this.renderer.shadowMap, { autoUpdate: false, needsUpdate: true });
    this.scene = new THREE.Scene();
    this.camera = new THREE.PerspectiveCamera(32, 1, 0.01, 100);
    this.controls = new OrbitControls(this.camera, canvas);
    Object.assign(this.controls, { enableDamping: true, dampingFactor: 0.12, maxPolarAngle: Math.PI * 0.53, zoomToCursor: true });
    this.controls.addEventListener('change', () => (this.changed = true));
    this.controls.addEventListener('start', () => (this.touched = true));
    // what is written in Z-up metres (trails, markers, lines) stands in here
    this.world = new THREE.Group();
    this.world.rotation.x = -Math.PI / 2;
    this.ground = new Ground(survey);
    this.scene.add(scene.root, this.world, this.ground.group, ...this.lights());
    for (const mesh of meshesOf(scene.root)) {
      mesh.castShadow = mesh.receiveShadow = true;
      mesh.frustumCulled = false;
    }
  }

  lights() {
    const generator = new THREE.PMREMGenerator(this.renderer);
    this.scene.environment = generator.fromScene(new RoomEnvironment(), 0.04).texture;
    this.scene.environmentIntensity = 0.6;
    generator.dispose();
    const sphere = this.survey.whole.getBoundingSphere(new THREE.Sphere());
    const sun = new THREE.DirectionalLight(0xffffff, 2.1);
    sun.position.copy(sphere.center).add(new THREE.Vector3(0.45, 1, 0.6).multiplyScalar(2 * sphere.radius));
    sun.target.position.copy(sphere.center);
    sun.castShadow = true;
    const reach = sphere.radius * 1.1;
    Object.assign(sun.shadow.camera, { left: -reach, right: reach, top: reach, bottom: -reach, near: 0.1 * reach, far: 5 * reach });
    sun.shadow.mapSize.set(2048, 2048);
    sun.shadow.normalBias = reach / 400;
    sun.shadow.bias = -2e-4;
    sun.shadow.radius = 3;
    return [sun, sun.target];
  }

  // Something moved, came or went.
  refresh() {
    this.renderer.shadowMap.needsUpdate = true;
    this.changed = true;
  }

  fit(view) {
    this.touched = false;
    this.view = view;
    fit(this.camera, this.controls, this.survey, view);
    this.changed = true;
  }

  resize(width, height) {
    if (!width || !height) return;
    this.renderer.setPixelRatio(Math.min(window.devicePixelRatio, 2));
    this.renderer.setSize(width, height, false);
    this.camera.aspect = width / height;
    this.camera.updateProjectionMatrix();
    if (!this.touched) this.fit(this.view);
    this.changed = true;
  }

  paint(palette) {
    this.scene.background = new THREE.Color(palette.backdrop);
    this.renderer.toneMappingExposure = palette.dark ? 0.62 : 1;
    this.ground.paint(palette);
    this.changed = true;
  }

  // object: what the camera stays with, or null
  follow(object) {
    this.followed = object;
    this.anchor = object && placeOf(object);
    if (object) this.touched = true;
    this.changed = true;
  }

  step() {
    if (this.followed) {
      const now = placeOf(this.followed);
      const moved = now.clone().sub(this.anchor);
      this.camera.position.add(moved);
      this.controls.target.add(moved);
      this.anchor = now;
    }
    this.controls.update();
    if (!this.changed) return false;
    this.changed = false;
    this.renderer.render(this.scene, this.camera);
    return true;
  }
}
