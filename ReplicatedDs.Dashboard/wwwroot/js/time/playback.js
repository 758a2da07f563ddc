// Plays the past: the moment that the page shows moves on by itself, at the speed of the cluster or a multiple of it, until it is now.

const Interval = 250;

export class Playback {
  #button;
  #speed;
  #moments;
  #start;
  #now;
  #timer = null;
  #from = null; // The moment and the time of this browser that playing is counted from.

  /** `start` answers the moment that playing begins at from now; `now` is the cluster's time. Both in microseconds. */
  constructor(button, speed, { moments, start, now }) {
    [this.#button, this.#speed, this.#moments, this.#start, this.#now] = [button, speed, moments, start, now];
    button.addEventListener("click", () => { if (this.isPlaying) { this.stop(); } else { this.#play(); } });
    speed.addEventListener("change", () => this.#count(this.#moments.frame?.moment.t ?? null));
    addEventListener("popstate", () => this.stop());
  }

  get isPlaying() { return this.#timer !== null; }

  stop() {
    if (!this.isPlaying) { return; }
    clearInterval(this.#timer);
    this.#timer = this.#from = null;
    this.#say("► play", "Play from here on");
  }

  /** The page shows another moment. */
  moved() {
    if (this.#moments.frame === null && this.#from?.isShown) { this.stop(); }
    if (this.#from) { this.#from.isShown = this.#moments.frame !== null; }
  }

  #play() {
    const isNow = this.#moments.frame === null;
    this.#count(isNow ? this.#start() : this.#moments.frame.moment.t);
    if (isNow) { this.#moments.atTime(this.#from.t, true); }
    this.#from.isShown = !isNow;
    this.#timer = setInterval(() => this.#tick(), Interval);
    this.#say("❚❚ stop", "Stop playing");
  }

  #count(t) { this.#from = t === null ? this.#from : { t, at: performance.now(), isShown: this.#from?.isShown ?? false }; }

  #tick() {
    if (!this.#from.isShown) { return; } // The first moment has not come yet.
    const t = this.#from.t + (performance.now() - this.#from.at) * 1000 * Number(this.#speed.value);
    if (t < this.#now()) { this.#moments.atTime(t); } else { this.#moments.live(); }
  }

  #say(text, label) {
    this.#button.textContent = text;
    this.#button.setAttribute("aria-label", label);
    this.#button.title = label;
  }
}
