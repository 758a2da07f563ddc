// Above what can be told apart, updates are left out whole, by a hash of their dot: an update that is drawn has all its arrows. What
// waited, conflicts, drops and what happens to replicas is always drawn.

const Most = 1500; // Marks in the window that are all drawn.
const Sampled = 500; // Above that, about so many: a picture to read, not a carpet.
const DenseAbove = 45; // Marks on a lifeline, where drawing them apart no longer helps.
const DenseBelow = 30;

export class Sampling {
  /** One in so many updates is drawn. */
  rate = 1;

  /** How many events are in the window. */
  count = 0;

  /** There are too many marks to draw them apart. */
  isDense = false;

  /** Chooses the rate for what is in the window; true if something changed. */
  adapt(store, viewport, lanes) {
    const count = store.logical ? store.rows.reduce((sum, row) => sum + (row.depth >= viewport.start && row.depth <= viewport.newest ? 1 : 0), 0) : firstLater(store.rows, viewport.newest) - firstLater(store.rows, viewport.start);
    this.count = count;

    // Up at once, down only well below, so that it does not flicker.
    const wanted = rateFor(count);
    const calm = rateFor(count * 1.4);
    const rate = wanted > this.rate ? wanted : calm < this.rate ? calm : this.rate;
    const perLane = count / rate / Math.max(1, lanes);
    const isDense = perLane > DenseAbove || (this.isDense && perLane > DenseBelow);
    if (rate === this.rate && isDense === this.isDense) { return false; }
    this.rate = rate;
    this.isDense = isDense;
    return true;
  }

  keeps(store, row) {
    if (this.rate === 1 || row.dot === 0) { return true; }
    if (row.kind !== "Write" && row.kind !== "Apply" && row.kind !== "Read") { return true; }
    if (row.arrived !== null || hash(row.dot) % this.rate === 0) { return true; }
    const update = store.update(row.dot);
    return update !== undefined && update.buffers.size > 0;
  }
}

function rateFor(count) { return count <= Most ? 1 : 2 ** Math.ceil(Math.log2(count / Sampled)); }

function hash(key) {
  let h = (key % 4294967296) ^ (key / 4294967296);
  h = Math.imul(h ^ (h >>> 16), 0x45d9f3b);
  h = Math.imul(h ^ (h >>> 16), 0x45d9f3b);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Rows of different replicas may be a little out of order in time; for counting that is near enough. */
function firstLater(rows, time) {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle].time <= time) { low = middle + 1; } else { high = middle; }
  }
  return low;
}
