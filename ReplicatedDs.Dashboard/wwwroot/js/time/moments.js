// The moment that all of the page shows: now, or an earlier one that is asked of the dashboard. At most one question is on its way; of
// those that come meanwhile only the last counts.
import { read, write } from "../address.js";

export class Moments {
  /** The picture of the earlier moment; null: now. */
  frame = null;
  #ask;
  #changed;
  #busy = false;
  #next = null;
  #turn = 0; // An answer to a question that was overtaken by going back to now counts no more.

  /** `ask` calls the dashboard; `changed` is told when another moment is shown. */
  constructor(ask, changed) {
    this.#ask = ask;
    this.#changed = changed;
    addEventListener("popstate", () => this.restore());
  }

  /** Shows the moment that the address names. */
  restore() {
    const name = read("at");
    if (name === null) {
      this.#turn++;
      this.#show(null);
    } else if (name !== this.frame?.name) { this.#go({ method: "AtName", argument: name, push: null }); }
  }

  atTime(t, push = false) { this.#go({ method: "AtTime", argument: Math.round(t), push }); }

  atEvent(n, push = false) { this.#go({ method: "AtEvent", argument: n, push }); }

  /** A number of events on or back; `newest` is where now is. */
  step(by, newest) {
    const n = (this.frame?.moment.n ?? newest) + by;
    if (n >= newest && by > 0) { this.live(); } else { this.atEvent(Math.max(0, n), this.frame === null); }
  }

  live() {
    this.#next = null;
    this.#turn++;
    if (this.frame === null) { return; }
    write({ at: null }, { push: true });
    this.#show(null);
  }

  async #go(question) {
    if (this.#busy) {
      // What can be gone back to stays so, also if another question takes the place of this one.
      this.#next = { ...question, push: question.push === null ? null : question.push || this.#next?.push === true };
      return;
    }
    this.#busy = true;
    const turn = this.#turn;
    try {
      const frame = await this.#ask(question.method, question.argument);
      if (turn !== this.#turn) { return; }
      if (frame === null) {
        if (question.push === null) { write({ at: null }); }
      } else {
        if (question.push !== null || frame.name !== question.argument) { write({ at: frame.name }, { push: question.push === true }); }
        this.#show(frame);
      }
    } catch {
      // The connection is gone; the shell says so. The moment in the address is asked for again when it is back.
    } finally {
      this.#busy = false;
      const next = this.#next;
      this.#next = null;
      if (next) { this.#go(next); }
    }
  }

  #show(frame) {
    if (frame === null && this.frame === null) { return; }
    this.frame = frame;
    this.#changed();
  }
}
