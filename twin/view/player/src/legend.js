// What the colours are, and a switch for each: groups of nodes, lines, trails, contacts.
import { element } from './dom.js';
import { meshesOf } from './bounds.js';

const ANY = 'conic-gradient(#2d72cb, #68a2ec, #f5f5f5, #e28268, #bc4735, #2d72cb)';

// Of what has colours by a number: those of the bar where there is one only.
const painted = (bars) => (bars.length === 1 ? `linear-gradient(90deg, ${bars[0].stops.join(', ')})` : ANY);

function row(name, color, count, onToggle) {
  const swatch = element('i', { style: `--dot: ${color}` });
  const button = element(
    'button',
    {
      type: 'button',
      class: 'tp-row',
      'aria-pressed': 'true',
      onclick: () => {
        const on = button.getAttribute('aria-pressed') !== 'true';
        button.setAttribute('aria-pressed', on);
        onToggle(on);
      },
    },
    swatch,
    element('span', {}, name),
    element('small', {}, String(count)),
  );
  return button;
}

// The colour that most of a group's meshes have.
function commonest(meshes, bars) {
  const counts = new Map();
  for (const mesh of meshes) {
    const color = mesh.material.vertexColors ? painted(bars) : mesh.material.color.getStyle();
    counts.set(color, (counts.get(color) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'gray';
}

// onChange() is called after a switch; lines, trails and markers bring their own groups
export function legend(scene, lines, trails, markers, onChange) {
  const show = (objects) => (on) => {
    for (const object of objects) object.visible = on;
    onChange();
  };
  const groups = scene.world.children.filter((child) => !child.isMesh);
  const loose = scene.world.children.filter((child) => child.isMesh);
  const rows = groups.map((group) => row(group.userData.name ?? group.name, commonest(meshesOf(group), scene.bars), meshesOf(group).length, show([group])));
  if (loose.length) rows.push(row('other', commonest(loose, scene.bars), loose.length, show(loose)));
  for (const set of lines.sets) rows.push(row(set.name, set.swatch, '', show([set.drawn])));
  if (scene.trails.length) rows.push(row('tool paths', 'var(--series-2)', scene.trails.length, show([trails.group])));
  if (scene.markers.length) rows.push(row('contacts', 'var(--fail)', scene.markers.length, show([markers.group])));
  return element('div', { class: 'tp-legend', role: 'group', 'aria-label': 'Show and hide' }, ...rows);
}
