// The one time of a player. Everything that is drawn listens to it.
export class Clock {
  constructor(start, end) {
    Object.assign(this, { start, end, time: start, speed: 1, playing: false, listeners: [] });
  }

  onChange(listener) {
    this.listeners.push(listener);
  }

  seek(time) {
    this.time = Math.min(Math.max(time, this.start), this.end);
    this.changed();
  }

  play(on = !this.playing) {
    if (on && this.time >= this.end) this.time = this.start;
    this.playing = on && this.end > this.start;
    this.changed();
  }

  setSpeed(speed) {
    this.speed = speed;
    this.changed();
  }

  // seconds: wall time since the last frame
  advance(seconds) {
    if (!this.playing) return;
    this.time = Math.min(this.time + seconds * this.speed, this.end);
    if (this.time >= this.end) this.playing = false;
    this.changed();
  }

  changed() {
    for (const listener of this.listeners) listener(this.time);
  }
}
