// A scene out of the page: base64 text of a gzipped GLB -> three.js objects and the numbers in its extras.
import { GLTFLoader } from 'three/examples/jsm/loaders/GLTFLoader.js';
import { meshesOf } from './bounds.js';
import { deforms, prepare } from './deform.js';
import { takeLines } from './lines.js';

async function unpack(text) {
  const letters = atob(text.trim());
  const packed = new Uint8Array(letters.length); // a plain loop: a page may hold tens of megabytes
  for (let i = 0; i < letters.length; i++) packed[i] = letters.charCodeAt(i);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(stream).arrayBuffer();
}

export async function loadScene(text) {
  const gltf = await new GLTFLoader().parseAsync(await unpack(text), '');
  const extras = gltf.parser.json.scenes[0].extras.twin;
  const numbers = async (index) => (await gltf.parser.getDependency('accessor', index)).array;
  const markers = extras.markers;
  meshesOf(gltf.scene).filter(deforms).forEach(prepare);
  return {
    lines: takeLines(gltf.scene),
    bars: extras.bars ?? [],
    root: gltf.scene,
    world: gltf.scene.children[0],
    animation: gltf.animations[0] ?? null,
    t: await numbers(extras.t),
    trails: await Promise.all(extras.trails.map(async (s) => ({ ...s, points: await numbers(s.points) }))),
    curves: await Promise.all(extras.curves.map(async (s) => ({ ...s, values: await numbers(s.values) }))),
    markers: markers ? markerRows(markers, await numbers(markers.rows)) : [],
    captions: extras.captions.map(([t, text]) => ({ t, text })),
  };
}

// Rows of eight numbers: t, duration, position, vector (twin/scene/glb.py).
function markerRows({ labels, label }, rows) {
  return label.map((which, i) => {
    const r = rows.subarray(8 * i, 8 * i + 8);
    return { label: labels[which], t: r[0], end: r[0] + r[1], position: r.slice(2, 5), vector: r.slice(5, 8) };
  });
}
