// Which stretch of time is seen, and whether it moves. Time is in milliseconds since the store's zero; positions are pixels along the
// time axis, counted from time 0, so that they do not change while the picture scrolls.

/** How far behind the newest event the live picture plays, so that events that are a little late still scroll in. */
export const PlayDelay = 150;
export const DefaultWindow = 15_000;
const WindowMin = 1;
const WindowMax = 6 * 3600_000;
const Lead = 28; // Room at the newer edge, so that the newest mark is seen whole.

export class Viewport {
  length = 800; // Pixels along the time axis.
  window = DefaultWindow; // Milliseconds seen.
  end = 0; // The time at the newer edge, less the lead.
  follows = true; // Moves with the cluster's time.
  frozen = false; // Paused: as it was when paused.
  anchor = 0; // The place along that the visitor zoomed at.

  get scale() { return Math.max(1, this.length - Lead) / this.window; }
  get left() { return this.end * this.scale - (this.length - Lead); }
  get start() { return this.end - this.window; }
  get head() { return this.length - Lead; }
  get newest() { return this.end + Lead / this.scale; }
  get isLive() { return this.follows && !this.frozen; }

  toTime(along) { return (along + this.left) / this.scale; }
  toAlong(time) { return time * this.scale - this.left; }

  /** Moves on to a moment, in steps of a second if nothing may glide. */
  play(now, inSteps) {
    if (!this.isLive) { return; }
    const to = now - PlayDelay;
    this.end = inSteps ? Math.ceil(to / 1000) * 1000 : to;
  }

  /** Shows more or less time; the moment at `along` stays where it is, in the live picture the newest one. */
  zoom(factor, along = this.head) {
    const anchor = this.isLive ? this.end : this.toTime(along);
    const share = this.isLive ? 1 : (along / Math.max(1, this.head));
    this.anchor = this.isLive ? this.head : along;
    this.window = Math.min(WindowMax, Math.max(WindowMin, this.window * factor));
    this.end = anchor + this.window * (1 - share);
  }

  pan(pixels) {
    this.follows = false;
    this.end += pixels / this.scale;
  }

  /** Shows a stretch of time with some room around it. */
  fit(from, to) {
    this.follows = false;
    this.window = Math.min(WindowMax, Math.max(WindowMin, (to - from) * 1.3, 20));
    this.end = (from + to) / 2 + this.window / 2;
  }

  /** Moves as little as needed to show a moment. */
  reveal(time) {
    const margin = this.window * 0.08;
    if (time < this.start + margin) { this.#stop(time - margin + this.window); }
    else if (time > this.end) { this.#stop(time + margin); }
  }

  live() {
    this.follows = true;
    this.frozen = false;
  }

  #stop(end) {
    this.follows = false;
    this.end = end;
  }
}
