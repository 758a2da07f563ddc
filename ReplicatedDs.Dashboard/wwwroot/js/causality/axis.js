// Where events and moments lie along the picture, in its own unit: milliseconds, or causal depth ("logical"), or milliseconds of which
// the stretches without any event are folded away ("folding"). Pixels and the window are the viewport's.

const IdleMin = 1000;
const IdleMedians = 10;
const FoldLength = 26; // Pixels that a folded stretch takes, however long it was.
const Margin = 14; // Pixels around the events beside it.

export class Axis {
  logical = false;
  folding = false;
  /** Folded stretches: from and to in time, and where they begin along the axis. */
  folds = [];
  #scale = 1;
  #idle = IdleMin;
  #last = null;

  get #length() { return FoldLength / this.#scale; }

  of(row) { return this.logical ? row.depth : this.at(row.time); }

  /** The place of a moment. */
  at(time) {
    const fold = this.#before(time, "from");
    if (!fold) { return time; }
    return fold.place + (time >= fold.to ? this.#length + time - fold.to : (time - fold.from) / (fold.to - fold.from) * this.#length);
  }

  /** The moment at a place. */
  time(place) {
    const fold = this.#before(place, "place");
    if (!fold) { return place; }
    const into = place - fold.place;
    return into >= this.#length ? fold.to + into - this.#length : fold.from + into / this.#length * (fold.to - fold.from);
  }

  /** Folds what is idle among these rows, for a scale in pixels a millisecond. */
  fold(rows, scale) {
    this.folds = [];
    this.#scale = scale;
    this.#last = null;
    if (!this.folding || this.logical) { return; }
    const times = Float64Array.from(rows, row => row.time).sort();
    const gaps = times.subarray(1).map((time, i) => time - times[i]).filter(gap => gap > 0).sort();
    this.#idle = Math.max(IdleMin, IdleMedians * (gaps[gaps.length >> 1] ?? 0));
    for (const time of times) { this.#pass(time); }
  }

  /** A newer row. The stretch before it is folded if it was idle; that up to now never is. Answers false if the folds are void. */
  extend(row) {
    if (!this.folding || this.logical) { return true; }
    const within = this.#before(row.time, "from");
    if (within && row.time < within.to) { return false; }
    this.#pass(row.time);
    return true;
  }

  /** The stretches of time between two places that are not folded. */
  stretches(from, to) {
    const result = [];
    let start = this.time(from);
    for (const fold of this.folds) {
      if (fold.to <= start || fold.place >= to) { continue; }
      if (fold.from > start) { result.push([start, fold.from]); }
      start = fold.to;
    }
    const end = this.time(to);
    if (end > start) { result.push([start, end]); }
    return result;
  }

  #pass(time) {
    const last = this.#last;
    this.#last = Math.max(last ?? time, time);
    if (last === null || time - last <= this.#idle) { return; }
    const margin = Math.min(Margin / this.#scale, (time - last) / 4);
    if (time - last - 2 * margin <= this.#length) { return; } // It would be longer than it is.
    const from = last + margin;
    this.folds.push({ from, to: time - margin, place: this.at(from) });
  }

  #before(value, key) {
    let low = 0;
    let high = this.folds.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.folds[middle][key] <= value) { low = middle + 1; } else { high = middle; }
    }
    return low > 0 ? this.folds[low - 1] : null;
  }
}
