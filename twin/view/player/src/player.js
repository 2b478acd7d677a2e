// One player: a scene on a stage, a clock, and everything that listens to it.
import * as THREE from 'three';
import { colorBars } from './bars.js';
import { meshesOf, survey } from './bounds.js';
import { Clock } from './clock.js';
import { Curves } from './curves.js';
import { element, iconButton } from './dom.js';
import { frameAt } from './format.js';
import { listenToKeys } from './keys.js';
import { legend } from './legend.js';
import { LineSets } from './lines.js';
import { Markers } from './markers.js';
import { Stage } from './stage.js';
import { isDark, onTheme, palette, toggleTheme } from './theme.js';
import { Trails } from './trails.js';
import { Transport } from './transport.js';

const NARROW = 640; // [px] below which the legend starts closed
const LONGEST_STEP = 0.25; // [s] of wall time that one frame may advance

export class Player {
  constructor(root, scene) {
    Object.assign(this, { root, scene, drawn: 0 });
    this.clock = new Clock(scene.t[0], scene.t[scene.t.length - 1]);
    this.nodes = new Map(meshesOf(scene.root).map((mesh) => [nameOf(mesh), mesh]));
    if (scene.animation) {
      this.mixer = new THREE.AnimationMixer(scene.root);
      this.action = this.mixer.clipAction(scene.animation).play();
    }
    this.lines = new LineSets(scene.lines);
    const bounds = survey({ ...scene, lines: this.lines.sets }, this.clock, (time) => this.moveTo(time));
    this.build(bounds);
    this.clock.onChange((time) => this.show(time));
    onTheme(() => this.paint());
    new ResizeObserver(() => this.resize()).observe(this.view);
    if (this.curves) new ResizeObserver(() => this.curves.resize()).observe(this.curves.plot);
    window.addEventListener('beforeprint', () => this.draw(true));
    const only = document.querySelectorAll('.twin-player').length === 1 && root.dataset.keys === 'page';
    listenToKeys(this, () => only || root.matches(':hover, :focus-within'));
    this.resize();
    this.paint();
    this.show(this.clock.time);
    this.loop();
  }

  build(bounds) {
    const { scene, clock } = this;
    this.canvas = element('canvas', { class: 'tp-canvas', tabindex: '0', role: 'img', 'aria-label': 'The scene in 3-D. Drag to turn, wheel or pinch to zoom, right drag to shift, double click to follow.' });
    this.overlay = element('div', { class: 'tp-overlay' });
    this.caption = element('div', { class: 'tp-caption', role: 'status', hidden: !scene.captions.length });
    this.stage = new Stage(this.canvas, scene, bounds);
    this.trails = new Trails(scene.trails, scene.t);
    const focus = new THREE.Box3().setFromPoints(bounds.points).getBoundingSphere(new THREE.Sphere());
    this.markers = new Markers(scene.markers, focus.radius, this.overlay);
    this.stage.world.add(this.trails.group, this.markers.group, this.lines.group);
    this.legend = legend(scene, this.lines, this.trails, this.markers, () => this.stage.refresh());
    this.bars = colorBars(scene.bars);
    this.followSelect = this.makeFollow();
    this.view = element('div', { class: 'tp-view' }, this.canvas, this.overlay, this.caption, this.bars, this.legend);
    if (scene.curves.length) this.curves = new Curves(scene.curves, scene.t, clock);
    this.transport = new Transport(clock, scene, this.tools());
    this.root.replaceChildren(this.view, this.transport.root, ...(this.curves ? [this.curves.root] : []));
    this.legend.hidden = this.root.clientWidth < NARROW;
    this.stage.fit('best');
    this.canvas.addEventListener('dblclick', (event) => this.followAt(event));
  }

  tools() {
    const fold = (name, label, panel) => {
      const button = iconButton(name, label, () => {
        panel.hidden = !panel.hidden;
        button.setAttribute('aria-pressed', !panel.hidden);
      }, { 'aria-pressed': String(this.root.clientWidth >= NARROW || panel !== this.legend) });
      return button;
    };
    const view = (name) => () => {
      this.followSelect.value = '';
      this.stage.follow(null);
      this.stage.fit(name);
    };
    return [
      this.followSelect,
      iconButton('fit', 'Fit the view (f)', view('best')),
      iconButton('top', 'From above', view('top'), { class: 'tp-icon tp-extra' }),
      iconButton('front', 'From the side', view('front'), { class: 'tp-icon tp-extra' }),
      fold('layers', 'Show and hide', this.legend),
      ...(this.curves ? [fold('curves', 'Curves', this.curves.root)] : []),
      iconButton('theme', 'Light or dark', toggleTheme),
    ];
  }

  makeFollow() {
    const moving = [...this.nodes].filter(([, mesh]) => this.isMoving(mesh));
    const groups = new Map();
    for (const [name, mesh] of moving) {
      const group = mesh.parent === this.scene.world ? '' : nameOf(mesh.parent);
      groups.set(group, [...(groups.get(group) ?? []), name]);
    }
    const options = [...groups].map(([group, names]) =>
      element('optgroup', { label: group || 'other' }, ...names.map((name) => element('option', { value: name }, name.replace(`${group}/`, '')))),
    );
    const select = element(
      'select',
      { class: 'tp-select tp-follow', 'aria-label': 'Follow', title: 'Keep this in view', onchange: () => this.stage.follow(this.nodes.get(select.value) ?? null) },
      element('option', { value: '' }, 'Follow …'),
      ...options,
    );
    select.hidden = !moving.length;
    return select;
  }

  isMoving(mesh) {
    return (this.scene.animation?.tracks ?? []).some((track) => track.name.split('.')[0] === mesh.name);
  }

  followAt(event) {
    const { width, height } = this.canvas.getBoundingClientRect();
    const ray = new THREE.Raycaster();
    ray.setFromCamera(new THREE.Vector2((event.offsetX / width) * 2 - 1, 1 - (event.offsetY / height) * 2), this.stage.camera);
    const hit = ray.intersectObjects([...this.nodes.values()].filter((mesh) => this.isMoving(mesh)))[0]?.object ?? null;
    this.followSelect.value = hit ? nameOf(hit) : '';
    this.stage.follow(hit);
  }

  moveTo(time) {
    if (this.mixer) {
      // the action's own time, not the mixer's: the mixer would loop or stop at the end, and could not go back from there
      this.action.time = time;
      this.mixer.update(0);
    }
    this.scene.root.updateMatrixWorld(true);
  }

  show(time) {
    this.moveTo(time);
    this.trails.show(time);
    this.markers.show(time);
    this.curves?.draw();
    const { captions } = this.scene;
    if (captions.length) {
      const text = time + 1e-6 < captions[0].t ? '' : captions[frameAt(captions.map((caption) => caption.t), time)].text;
      if (this.caption.textContent !== text) this.caption.textContent = text;
      this.caption.hidden = !text;
    }
    this.stage.refresh();
  }

  paint() {
    const colors = palette(this.root);
    this.root.dataset.dark = isDark();
    this.stage.paint(colors);
    this.markers.paint(colors);
    this.curves?.paint();
  }

  resize() {
    const { width, height } = this.view.getBoundingClientRect();
    this.stage.resize(width, height);
    this.draw(true);
  }

  loop() {
    let last = performance.now();
    const frame = (now) => {
      this.clock.advance(Math.min((now - last) / 1000, LONGEST_STEP));
      last = now;
      this.draw();
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  draw(always = false) {
    this.stage.changed ||= always;
    if (!this.stage.step()) return;
    this.drawn += 1;
    this.markers.placeLabels((point) => this.toScreen(point), this.markers.group.visible);
  }

  toScreen(point) {
    const { width, height } = this.canvas.getBoundingClientRect();
    const place = this.stage.world.localToWorld(new THREE.Vector3().fromArray(point)).project(this.stage.camera);
    return { x: ((place.x + 1) / 2) * width, y: ((1 - place.y) / 2) * height, visible: Math.abs(place.z) < 1 };
  }

  // Pose of a node in the scene's own frame (Z up, metres, wxyz), or null.
  pose(name) {
    const node = this.nodes.get(name);
    if (!node) return null;
    const matrix = this.scene.world.matrixWorld.clone().invert().multiply(node.matrixWorld);
    const position = new THREE.Vector3();
    const turn = new THREE.Quaternion();
    matrix.decompose(position, turn, new THREE.Vector3());
    return { position: position.toArray(), rotation: [turn.w, turn.x, turn.y, turn.z] };
  }

  // Where vertex `index` of a node is in the scene's own frame [m], as deformed as it is now, or null.
  vertex(name, index) {
    const node = this.nodes.get(name);
    if (!node) return null;
    return this.scene.world.worldToLocal(node.localToWorld(node.getVertexPosition(index, new THREE.Vector3()))).toArray();
  }
}

const nameOf = (object) => object.userData.name ?? object.name;
