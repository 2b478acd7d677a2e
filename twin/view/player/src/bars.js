// What colours mean: a bar for each quantity, with its range and unit.
import { element } from './dom.js';
import { number, ticks } from './format.js';

function bar({ quantity, unit, low, high, stops }) {
  const title = unit && unit !== '1' ? `${quantity} [${unit}]` : quantity;
  const marks = ticks(low, high, 4)
    .filter((value) => value > low + 0.12 * (high - low) && value < high - 0.12 * (high - low))
    .map((value) => element('span', { style: `left: ${(((value - low) / (high - low)) * 100).toFixed(2)}%` }, number(value)));
  return element(
    'div',
    { class: 'tp-bar', role: 'img', 'aria-label': `Colours: ${title} from ${number(low)} to ${number(high)}` },
    element('b', {}, title),
    element('i', { style: `background: linear-gradient(90deg, ${stops.join(', ')})` }),
    element('div', {}, element('span', { style: 'left: 0' }, number(low)), ...marks, element('span', { style: 'left: 100%' }, number(high))),
  );
}

export const colorBars = (bars) => element('div', { class: 'tp-bars', hidden: !bars.length }, ...bars.map(bar));
