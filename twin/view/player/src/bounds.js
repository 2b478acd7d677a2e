// Where things are over the whole run: what the camera frames and the shadows cover. In three's frame, Y up.
import * as THREE from 'three';

const SAMPLES = 24;

export function meshesOf(root) {
  const meshes = [];
  root.traverse((object) => object.isMesh && meshes.push(object));
  return meshes;
}

// Corners of the boxes of `meshes` at times spread over the run.
function corners(meshes, times, pose) {
  const points = [];
  for (const time of times) {
    pose(time);
    for (const mesh of meshes) {
      mesh.geometry.boundingBox ?? mesh.geometry.computeBoundingBox();
      const { min, max } = mesh.geometry.boundingBox;
      for (let i = 0; i < 8; i++) {
        const corner = new THREE.Vector3(i & 1 ? max.x : min.x, i & 2 ? max.y : min.y, i & 4 ? max.z : min.z);
        points.push(corner.applyMatrix4(mesh.matrixWorld));
      }
    }
  }
  return points;
}

const isFlat = (size) => size.y < 0.05 * Math.max(size.x, size.z) && Math.min(size.x, size.z) > 1;

// pose(time) moves the scene. Returns the frame's points, the still boxes around them, the whole box and the floor's height.
export function survey(scene, clock, pose) {
  const times = Array.from({ length: SAMPLES }, (_, i) => clock.start + ((clock.end - clock.start) * i) / (SAMPLES - 1));
  const moves = new Set((scene.animation?.tracks ?? []).map((track) => track.name.split('.')[0]));
  const all = meshesOf(scene.root);
  const inMotion = (mesh) => moves.has(mesh.name) || moves.has(mesh.parent?.name);
  pose(clock.start);
  const still = all.filter((mesh) => !inMotion(mesh)).map((mesh) => new THREE.Box3().setFromObject(mesh));
  const floors = still.filter((box) => isFlat(box.getSize(new THREE.Vector3())));
  const solid = still.filter((box) => !floors.includes(box));
  const moving = corners(all.filter(inMotion), times, pose);
  // a robot is looked at with its base, a conveyor with its frame
  const company = all.filter((mesh) => !inMotion(mesh) && mesh.parent !== scene.world && meshesOf(mesh.parent).some(inMotion));
  const context = solid.flatMap((box) => [box.min, box.max]);
  const whole = new THREE.Box3().setFromPoints([...moving, ...context]);
  if (whole.isEmpty()) whole.setFromObject(scene.root);
  if (whole.isEmpty()) for (const { box } of scene.lines) whole.union(new THREE.Box3().setFromPoints(boxCorners(box).map(toYUp)));
  if (whole.isEmpty()) whole.set(new THREE.Vector3(-1, 0, -1), new THREE.Vector3(1, 1, 1));
  const floor = floors.length ? Math.max(...floors.map((box) => box.max.y).filter((y) => y <= whole.min.y + 0.05), -Infinity) : -Infinity;
  const points = moving.length ? [...moving, ...corners(company, [clock.start], pose)] : boxCorners(whole);
  pose(clock.time);
  return {
    points,
    solid,
    whole,
    hasFloor: Number.isFinite(floor),
    ground: Number.isFinite(floor) ? floor : Math.min(0, whole.min.y),
  };
}

const toYUp = ({ x, y, z }) => new THREE.Vector3(x, z, -y);

function boxCorners({ min, max }) {
  return Array.from({ length: 8 }, (_, i) => new THREE.Vector3(i & 1 ? max.x : min.x, i & 2 ? max.y : min.y, i & 4 ? max.z : min.z));
}
