// The bar below the picture: play, time, a timeline with what happened on it, speed.
import { element, icon, iconButton } from './dom.js';
import { seconds } from './format.js';

const SPEEDS = [0.1, 0.25, 0.5, 1, 2, 4, 8];
const SLOW = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05]; // for a run of less than a second, such as a crash
const WATCHED = 4; // [s] that such a run takes at first

export class Transport {
  constructor(clock, scene, tools) {
    this.clock = clock;
    this.playButton = iconButton('play', 'Play (space)', () => clock.play(), { class: 'tp-icon tp-play' });
    this.scrub = element('input', {
      type: 'range', class: 'tp-scrub', min: clock.start, max: clock.end, step: 'any', 'aria-label': 'Time',
      oninput: () => clock.seek(Number(this.scrub.value)),
    });
    this.now = element('output', { class: 'tp-now' });
    const length = element('span', { class: 'tp-end' }, `/ ${seconds(clock.end)}`);
    const speed = element(
      'select',
      { class: 'tp-select', 'aria-label': 'Speed', title: 'Speed', onchange: () => clock.setSpeed(Number(speed.value)) },
      ...this.speeds().map((value) => element('option', { value, selected: value === clock.speed }, `${value}×`)),
    );
    const timeline = element('div', { class: 'tp-timeline' }, this.ticks(scene), this.scrub);
    const still = clock.end <= clock.start;
    const times = [iconButton('start', 'To the start (Home)', () => clock.seek(clock.start)), this.playButton, element('span', { class: 'tp-time' }, this.now, length)];
    this.root = element('div', { class: 'tp-transport' }, ...(still ? [] : [...times, timeline, speed]), element('span', { class: 'tp-gap' }), ...tools);
    clock.onChange(() => this.update());
    this.update();
  }

  // The speeds to choose from; a short run starts with one that lets it be seen.
  speeds() {
    const long = this.clock.end - this.clock.start;
    if (long >= 1 || long <= 0) return SPEEDS;
    const all = [...SLOW, ...SPEEDS];
    this.clock.speed = all.filter((speed) => long / speed >= WATCHED).at(-1) ?? all[0];
    return all;
  }

  ticks({ captions, markers }) {
    const { start, end } = this.clock;
    const at = (time) => `left: ${(((time - start) / Math.max(end - start, 1e-9)) * 100).toFixed(2)}%`;
    const steps = captions.filter((caption) => caption.t > start).map(({ t, text }) => element('i', { class: 'tp-step', style: at(t), title: text }));
    const places = new Set(markers.map((marker) => at(marker.t).replace(/\.\d+/, '')));
    const events = [...places].map((style) => element('i', { class: 'tp-event', style }));
    return element('div', { class: 'tp-ticks', 'aria-hidden': 'true' }, ...events, ...steps);
  }

  update() {
    const { time, start, end, playing } = this.clock;
    this.scrub.value = time;
    this.scrub.style.setProperty('--done', `${((time - start) / Math.max(end - start, 1e-9)) * 100}%`);
    this.scrub.setAttribute('aria-valuetext', seconds(time, end));
    this.now.textContent = seconds(time, end);
    if (this.drawnPlaying !== playing) {
      this.drawnPlaying = playing;
      this.playButton.innerHTML = icon(playing ? 'pause' : 'play');
      this.playButton.title = playing ? 'Pause (space)' : 'Play (space)';
      this.playButton.setAttribute('aria-label', this.playButton.title);
    }
  }
}
