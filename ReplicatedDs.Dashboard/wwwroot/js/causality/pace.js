// How often the moving picture is drawn: as often as the screen shows it where that is cheap, and so seldom that drawing stays a small
// part of the time where it is not. What a frame costs is what its drawing took, and how late the browser came to it.

const Share = 0.2; // The part of the time that drawing may take.
const IntervalMax = 150;
const IntervalInHand = 50; // While the visitor points, drags or types.
const InHandFor = 1000;
const ScreenFrame = 17;
const Forget = 0.15;

export class Pace {
  #cost = 0;
  #asked = 0;
  #touchedAt = -Infinity;

  /** Milliseconds to rest before the next frame. */
  interval(now) {
    const wanted = this.#cost / Share;
    return wanted <= ScreenFrame ? 0 : Math.min(wanted, now - this.#touchedAt < InHandFor ? IntervalInHand : IntervalMax);
  }

  /** The visitor does something: the picture has to follow. */
  touch(now) { this.#touchedAt = now; }

  /** A frame is asked of the browser. */
  ask(now) { this.#asked = now; }

  /** It was drawn, from `began` to `ended`. */
  drew(began, ended) {
    const late = Math.max(0, began - this.#asked - ScreenFrame);
    this.#cost += (Math.min(100, ended - began + late) - this.#cost) * Forget;
  }
}
