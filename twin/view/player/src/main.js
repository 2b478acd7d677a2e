// Finds the players of a page: <div class="twin-player" data-scene="ID"> beside <script type="model/gltf-binary" id="ID">.
import { element } from './dom.js';
import { loadScene } from './load.js';
import { Player } from './player.js';

// What tests and curious readers can drive from the console.
const hook = (player) => ({
  get time() { return player.clock.time; },
  get end() { return player.clock.end; },
  get playing() { return player.clock.playing; },
  get drawn() { return player.drawn; },
  get lines() { return player.lines.sets.map((set) => set.name); },
  get names() { return [...player.nodes.keys()]; },
  seek: (time) => player.clock.seek(time),
  play: (on) => player.clock.play(on),
  pose: (name) => player.pose(name),
  vertex: (name, index) => player.vertex(name, index),
});

async function start(root) {
  try {
    const scene = await loadScene(document.getElementById(root.dataset.scene).textContent);
    return hook(new Player(root, scene));
  } catch (error) {
    const why = /webgl/i.test(error.message) ? 'This browser has no WebGL: switch on hardware acceleration, or open the page elsewhere.' : error.message;
    root.replaceChildren(element('p', { class: 'tp-failed', role: 'alert' }, `The scene cannot be drawn. ${why}`));
    throw error;
  }
}

window.twinPlayers = [];
for (const root of document.querySelectorAll('.twin-player')) {
  start(root).then((player) => {
    window.twinPlayers.push(player);
    window.twinPlayer ??= player;
    root.dataset.ready = 'true';
  });
}
