// Histories under the time cursor: one lane a unit, hover for values, click or drag to seek.
import { element } from './dom.js';
import { frameAt, number, seconds, ticks } from './format.js';

const COLORS = 8; // --series-1 .. --series-8 in the page's theme
const LANES = 2;
const FIRST_UNITS = ['N', 'rad', 'N*m', 'm']; // what a person looks at first
const MARGIN = { left: 58, right: 16, top: 10, bottom: 26, gap: 18 };

const range = (values) => values.reduce(([low, high], v) => [Math.min(low, v), Math.max(high, v)], [Infinity, -Infinity]);

function firstChoice(curves) {
  const moving = curves.filter((curve) => curve.range[1] > curve.range[0]);
  const rank = (unit) => (FIRST_UNITS.indexOf(unit) + FIRST_UNITS.length + 1) % (FIRST_UNITS.length + 1);
  const units = [...new Set(moving.map((curve) => curve.unit))].sort((a, b) => rank(a) - rank(b)).slice(0, LANES);
  return new Set(units.flatMap((unit) => moving.filter((curve) => curve.unit === unit).slice(0, COLORS)));
}

export class Curves {
  constructor(curves, t, clock) {
    Object.assign(this, { t, clock, hover: null });
    const ranged = curves.map((curve) => ({ ...curve, range: range(curve.values) }));
    this.shown = firstChoice(ranged);
    this.curves = [...this.shown, ...ranged.filter((curve) => !this.shown.has(curve))];
    this.curves.forEach((curve, i) => (curve.color = (i % COLORS) + 1));
    this.canvas = element('canvas', { class: 'tp-plot', role: 'img', 'aria-label': 'Curves over time. Click to go to a time.' });
    this.tip = element('div', { class: 'tp-tip', hidden: true });
    this.plot = element('div', { class: 'tp-plot-box' }, this.canvas, this.tip);
    this.chips = element('div', { class: 'tp-chips', role: 'group', 'aria-label': 'Curves to show' }, ...this.curves.map((c) => this.chip(c)));
    this.root = element('section', { class: 'tp-curves', 'aria-label': 'Curves' }, this.chips, this.plot);
    this.listen();
  }

  chip(curve) {
    const toggle = () => {
      if (!this.shown.delete(curve)) this.shown.add(curve);
      chip.setAttribute('aria-pressed', this.shown.has(curve));
      this.draw();
    };
    const dot = element('i', { style: `--dot: var(--series-${curve.color})` });
    const chip = element('button', { type: 'button', class: 'tp-chip', 'aria-pressed': String(this.shown.has(curve)), onclick: toggle }, dot, curve.name);
    return chip;
  }

  listen() {
    const seek = (event) => this.clock.seek(this.timeAt(event.offsetX));
    this.canvas.addEventListener('pointerdown', (event) => {
      this.canvas.setPointerCapture(event.pointerId);
      this.dragging = true;
      seek(event);
    });
    this.canvas.addEventListener('pointermove', (event) => {
      if (this.dragging) seek(event);
      this.hover = this.timeAt(event.offsetX);
      this.draw();
    });
    for (const end of ['pointerup', 'pointercancel']) this.canvas.addEventListener(end, () => (this.dragging = false));
    this.canvas.addEventListener('pointerleave', () => {
      this.hover = null;
      this.draw();
    });
  }

  resize() {
    const { width, height } = this.plot.getBoundingClientRect();
    this.width = width;
    this.height = height;
    const ratio = Math.min(window.devicePixelRatio, 2);
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.ratio = ratio;
    this.draw();
  }

  paint() {
    const style = getComputedStyle(this.root);
    this.font = `11px ${style.fontFamily}`;
    this.ink = Object.fromEntries(['ink', 'faint', 'line', 'accent'].map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
    this.series = Array.from({ length: COLORS }, (_, i) => style.getPropertyValue(`--series-${i + 1}`).trim());
    this.draw();
  }

  x(time) {
    const { start, end } = this.clock;
    return MARGIN.left + ((time - start) / Math.max(end - start, 1e-9)) * (this.width - MARGIN.left - MARGIN.right);
  }

  timeAt(x) {
    const { start, end } = this.clock;
    return Math.min(Math.max(start + ((x - MARGIN.left) / (this.width - MARGIN.left - MARGIN.right)) * (end - start), start), end);
  }

  lanes() {
    const units = [...new Set([...this.shown].map((curve) => curve.unit))];
    const space = this.height - MARGIN.top - MARGIN.bottom - MARGIN.gap * (units.length - 1);
    return units.map((unit, i) => {
      const curves = this.curves.filter((curve) => curve.unit === unit && this.shown.has(curve));
      let [low, high] = range(curves.flatMap((curve) => curve.range));
      const pad = (high - low || Math.abs(high) || 1) * 0.08;
      [low, high] = [low === 0 ? 0 : low - pad, high + pad];
      const height = space / units.length;
      const top = MARGIN.top + i * (height + MARGIN.gap);
      return { unit, curves, low, high, top, height, y: (value) => top + height - ((value - low) / (high - low)) * height };
    });
  }

  draw() {
    if (!this.width || !this.ink) return;
    const g = this.canvas.getContext('2d');
    g.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    g.clearRect(0, 0, this.width, this.height);
    g.font = this.font;
    const lanes = this.lanes();
    for (const lane of lanes) this.drawLane(g, lane);
    this.drawTimes(g);
    this.drawCursor(g, this.clock.time, this.ink.accent, 1.5);
    if (this.hover !== null) this.drawCursor(g, this.hover, this.ink.faint, 1);
    for (const lane of lanes) this.drawDots(g, lane);
    this.showTip(lanes);
  }

  drawLane(g, lane) {
    g.textBaseline = 'middle';
    g.textAlign = 'right';
    g.lineWidth = 1;
    for (const value of ticks(lane.low, lane.high, Math.max(2, Math.floor(lane.height / 24)))) {
      const y = Math.round(lane.y(value)) + 0.5;
      g.strokeStyle = this.ink.line;
      g.beginPath();
      g.moveTo(MARGIN.left, y);
      g.lineTo(this.width - MARGIN.right, y);
      g.stroke();
      g.fillStyle = this.ink.faint;
      g.fillText(number(value), MARGIN.left - 8, y);
    }
    g.save();
    g.translate(12, lane.top + lane.height / 2);
    g.rotate(-Math.PI / 2);
    g.textAlign = 'center';
    g.fillText(lane.unit || '–', 0, 0);
    g.restore();
    g.lineWidth = 1.6;
    g.lineJoin = 'round';
    for (const curve of lane.curves) {
      g.strokeStyle = this.series[curve.color - 1];
      g.beginPath();
      curve.values.forEach((value, i) => g.lineTo(this.x(this.t[i]), lane.y(value)));
      g.stroke();
    }
  }

  drawTimes(g) {
    g.fillStyle = this.ink.faint;
    g.textAlign = 'center';
    g.textBaseline = 'alphabetic';
    for (const time of ticks(this.clock.start, this.clock.end, Math.max(2, Math.floor(this.width / 90)))) {
      g.fillText(`${number(time)} s`, Math.min(Math.max(this.x(time), 20), this.width - 20), this.height - 8);
    }
  }

  drawCursor(g, time, color, width) {
    const x = this.x(time);
    g.strokeStyle = color;
    g.lineWidth = width;
    g.beginPath();
    g.moveTo(x, MARGIN.top - 4);
    g.lineTo(x, this.height - MARGIN.bottom + 4);
    g.stroke();
  }

  drawDots(g, lane) {
    const time = this.hover ?? this.clock.time;
    for (const curve of lane.curves) {
      g.fillStyle = this.series[curve.color - 1];
      g.beginPath();
      g.arc(this.x(time), lane.y(this.valueAt(curve, time)), 3, 0, 7);
      g.fill();
    }
  }

  valueAt({ values }, time) {
    const i = frameAt(this.t, time);
    const j = Math.min(i + 1, values.length - 1);
    const fraction = j > i ? Math.min(Math.max((time - this.t[i]) / (this.t[j] - this.t[i]), 0), 1) : 0;
    return values[i] + (values[j] - values[i]) * fraction;
  }

  showTip(lanes) {
    this.tip.hidden = this.hover === null || !lanes.length;
    if (this.tip.hidden) return;
    const rows = lanes.flatMap(({ unit, curves }) =>
      curves.map((curve) =>
        element(
          'div',
          {},
          element('i', { style: `--dot: var(--series-${curve.color})` }),
          element('span', {}, curve.name),
          element('b', {}, `${number(this.valueAt(curve, this.hover))} ${unit}`),
        ),
      ),
    );
    this.tip.replaceChildren(element('header', {}, seconds(this.hover, this.clock.end)), ...rows);
    const x = this.x(this.hover);
    const left = x + 14 + this.tip.offsetWidth > this.width ? x - 14 - this.tip.offsetWidth : x + 14;
    this.tip.style.transform = `translate(${Math.max(left, 0)}px, 6px)`;
  }
}
