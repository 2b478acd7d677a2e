// Paths of tool points: bright up to now, a ghost of what is still to come.
import { Color, Group } from 'three';
import { Line2 } from 'three/examples/jsm/lines/Line2.js';
import { LineGeometry } from 'three/examples/jsm/lines/LineGeometry.js';
import { LineMaterial } from 'three/examples/jsm/lines/LineMaterial.js';
import { frameAt } from './format.js';

function line(points, color, width, opacity) {
  const geometry = new LineGeometry();
  geometry.setPositions(points);
  const material = new LineMaterial({ color, linewidth: width, transparent: true, opacity, depthWrite: false });
  const drawn = new Line2(geometry, material);
  drawn.frustumCulled = false;
  return drawn;
}

export class Trails {
  constructor(trails, t) {
    this.t = t;
    this.group = new Group();
    this.done = trails
      .filter((trail) => trail.points.length >= 6)
      .map((trail) => {
        const color = new Color().setRGB(...trail.color.slice(0, 3), 'srgb');
        const done = line(trail.points, color, 3, 1);
        this.group.add(line(trail.points, color, 1.5, 0.3), done);
        return done;
      });
  }

  show(time) {
    const segments = frameAt(this.t, time);
    for (const done of this.done) {
      done.visible = segments > 0;
      done.geometry.instanceCount = Math.max(segments, 1);
    }
  }
}
