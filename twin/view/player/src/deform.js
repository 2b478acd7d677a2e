// Meshes that deform: a morph target for each frame after the first (twin/scene/glb_deforming.py). Where they are, at any time.
import { Box3, Vector3 } from 'three';

export const deforms = (mesh) => Boolean(mesh.morphTargetInfluences?.length);

function mean(attribute) {
  const sum = new Vector3();
  const point = new Vector3();
  for (let i = 0; i < attribute.count; i++) sum.add(point.fromBufferAttribute(attribute, i));
  return sum.divideScalar(attribute.count);
}

// The box around all frames. three's own adds the farthest offsets to the first frame's box and comes out too large.
function boxOfAllFrames({ attributes, morphAttributes }) {
  const box = new Box3().setFromBufferAttribute(attributes.position);
  const point = new Vector3();
  const change = new Vector3();
  for (const target of morphAttributes.position) {
    for (let i = 0; i < target.count; i++) {
      box.expandByPoint(point.fromBufferAttribute(attributes.position, i).add(change.fromBufferAttribute(target, i)));
    }
  }
  return box;
}

// Once for each deforming mesh, before anything asks where it is.
export function prepare(mesh) {
  const { geometry } = mesh;
  geometry.boundingBox = boxOfAllFrames(geometry);
  mesh.userData.middles = [mean(geometry.attributes.position), ...geometry.morphAttributes.position.map(mean)];
}

// Where an object is now [m], in three's frame: a deforming mesh is where the mean of its vertices is.
export function placeOf(object) {
  if (!deforms(object)) return object.getWorldPosition(new Vector3());
  const [first, ...changes] = object.userData.middles;
  const middle = first.clone();
  changes.forEach((change, i) => middle.addScaledVector(change, object.morphTargetInfluences[i]));
  return object.localToWorld(middle);
}
