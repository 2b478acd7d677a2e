// Still polylines, such as streamlines: taken out of the loaded scene and drawn again as wide lines, with their colours.
import { Color, Group } from 'three';
import { LineMaterial } from 'three/examples/jsm/lines/LineMaterial.js';
import { LineSegments2 } from 'three/examples/jsm/lines/LineSegments2.js';
import { LineSegmentsGeometry } from 'three/examples/jsm/lines/LineSegmentsGeometry.js';

const WIDTH = 2; // [px]

// Values of an attribute at the ends of all segments, in their order.
function atEnds(attribute, index) {
  const values = new Float32Array(index.count * 3);
  for (let i = 0; i < index.count; i++) {
    const at = index.getX(i);
    values.set([attribute.getX(at), attribute.getY(at), attribute.getZ(at)], 3 * i);
  }
  return values;
}

function wide(line) {
  const { position, color } = line.geometry.attributes;
  const geometry = new LineSegmentsGeometry();
  geometry.setPositions(atEnds(position, line.geometry.index));
  if (color) geometry.setColors(atEnds(color, line.geometry.index));
  const material = new LineMaterial({ color: color ? 0xffffff : line.material.color, vertexColors: Boolean(color), linewidth: WIDTH });
  material.toneMapped = false; // a colour of a bar is the bar's colour
  const drawn = new LineSegments2(geometry, material);
  drawn.frustumCulled = false;
  return drawn;
}

// The colour of the middle of the lines, for the legend.
function swatch(line) {
  const { color } = line.geometry.attributes;
  if (!color) return line.material.color.getStyle();
  const at = [0.1, 0.5, 0.9].map((share) => Math.floor(share * (color.count - 1)));
  return `linear-gradient(90deg, ${at.map((i) => new Color(color.getX(i), color.getY(i), color.getZ(i)).getStyle()).join(', ')})`;
}

// Takes the lines out of a loaded glTF scene.
export function takeLines(root) {
  const lines = [];
  root.traverse((object) => object.isLineSegments && lines.push(object));
  for (const line of lines) line.removeFromParent();
  return lines;
}

export class LineSets {
  // lines: of takeLines; group is added to the stage's world
  constructor(lines) {
    this.group = new Group();
    this.sets = lines.map((line) => {
      const drawn = wide(line);
      this.group.add(drawn);
      return { name: line.userData.name ?? line.name, drawn, swatch: swatch(line), box: boxOf(line.geometry) };
    });
  }
}

function boxOf(geometry) {
  geometry.computeBoundingBox();
  return geometry.boundingBox;
}
