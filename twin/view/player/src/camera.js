// Where to look from: every point in the picture, as little as possible in the way.
import * as THREE from 'three';

const ELEVATION = 0.42; // [rad] of the three-quarter view
const AZIMUTHS = [-0.75, 0.75, -2.4, 2.4, 0, Math.PI]; // [rad] about the vertical, in the order of liking

const direction = (azimuth, elevation) =>
  new THREE.Vector3(Math.cos(elevation) * Math.sin(azimuth), Math.sin(elevation), Math.cos(elevation) * Math.cos(azimuth));

// Distance from the middle at which all points are inside the view (exact for a perspective camera).
function distance(camera, points, middle, toward, margin) {
  const right = new THREE.Vector3().crossVectors(new THREE.Vector3(0, 1, 0), toward);
  if (right.lengthSq() < 1e-8) right.set(1, 0, 0);
  right.normalize();
  const up = new THREE.Vector3().crossVectors(toward, right);
  const tangent = Math.tan(THREE.MathUtils.degToRad(camera.fov / 2));
  const offset = new THREE.Vector3();
  let least = 0;
  for (const point of points) {
    offset.subVectors(point, middle);
    const across = Math.abs(offset.dot(right)) / (tangent * camera.aspect);
    const along = Math.abs(offset.dot(up)) / tangent;
    least = Math.max(least, Math.max(across, along) * margin + offset.dot(toward));
  }
  return Math.max(least, 0.05);
}

// Share of the points that a still thing hides from `eye`.
function hidden(points, boxes, eye) {
  const ray = new THREE.Ray(eye.clone());
  const hit = new THREE.Vector3();
  const step = Math.max(1, Math.floor(points.length / 200));
  let count = 0;
  let tried = 0;
  for (let i = 0; i < points.length; i += step, tried++) {
    ray.direction.subVectors(points[i], eye).normalize();
    const reach = points[i].distanceTo(eye) - 0.02;
    if (boxes.some((box) => ray.intersectBox(box, hit) && hit.distanceTo(eye) < reach)) count++;
  }
  return tried ? count / tried : 0;
}

// Puts camera and controls so that the surveyed points fill the picture. view: 'best', 'top' or 'front'.
export function fit(camera, controls, survey, view = 'best') {
  const box = new THREE.Box3().setFromPoints(survey.points);
  const middle = box.getCenter(new THREE.Vector3());
  const at = (toward) => middle.clone().addScaledVector(toward, distance(camera, survey.points, middle, toward, 1.12));
  let toward;
  if (view === 'top') toward = direction(0, Math.PI / 2 - 1e-3);
  else if (view === 'front') toward = direction(0, 0.02);
  else {
    const rank = AZIMUTHS.map((azimuth, i) => {
      const candidate = direction(azimuth, ELEVATION);
      return { candidate, cost: hidden(survey.points, survey.solid, at(candidate)) + 0.03 * i };
    });
    toward = rank.sort((a, b) => a.cost - b.cost)[0].candidate;
  }
  camera.position.copy(at(toward));
  controls.target.copy(middle);
  const size = survey.whole.getSize(new THREE.Vector3()).length() + camera.position.distanceTo(middle);
  camera.near = size / 2000;
  camera.far = size * 20;
  controls.maxDistance = size * 6;
  camera.updateProjectionMatrix();
  controls.update();
}
