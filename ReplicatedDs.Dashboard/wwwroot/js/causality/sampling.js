// How much of the window is drawn, in three levels. Level 0: everything. Level 1: updates are left out whole, by a hash of their dot, so
// that an update that is drawn has all its arrows; what waited, conflicts, drops and what happens to replicas is always drawn. Level 2:
// lifelines are ribbons (ribbons.js), and single marks are only the longest waits, the newest conflicts and drops, what happens to
// replicas, and what is followed.

const Most = 1500; // Marks in the window that are all drawn.
const Sampled = 500; // Above that, about so many: a picture to read, not a carpet.
const RibbonsAbove = 15_000;
const RibbonsBelow = 11_000;
const Exceptions = 200; // Single marks on ribbons, of each sort.
const Waits = [50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000]; // Only waits at least so long, in milliseconds.
const LookInterval = 500;
const DenseAbove = 45; // Marks on a lifeline, where drawing them apart no longer helps.
const DenseBelow = 30;

export class Sampling {
  level = 0;

  /** One in so many updates is drawn. */
  rate = 1;

  /** How many events are in the window. */
  count = 0;

  /** There are too many marks to draw them apart. */
  isDense = false;

  /** On ribbons: waits shorter than this are not drawn one by one, and of conflicts and drops only those from this number on. */
  wait = Waits[0];
  since = 0;

  /** Rows that are drawn in any case, because they are followed; `null`: none. */
  always = null;

  #lookedAt = -Infinity;

  /** Chooses what is drawn of the window; true if something changed. `passes` is the filter, if there is one: what it hides does not count. */
  adapt(store, viewport, lanes, passes, now) {
    const count = this.#countOf(store, viewport, passes);

    // Up at once, down only well below, so that it does not flicker.
    const level = count > (this.level === 2 ? RibbonsBelow : RibbonsAbove) && !store.axis.logical ? 2 : count > Most ? 1 : 0;
    const wanted = rateFor(count);
    const calm = rateFor(count * 1.4);
    const rate = level === 2 ? 1 : wanted > this.rate ? wanted : calm < this.rate ? calm : this.rate;
    const perLane = count / rate / Math.max(1, lanes);
    const isDense = perLane > DenseAbove || (this.isDense && perLane > DenseBelow);
    const changed = rate !== this.rate || isDense !== this.isDense || (level === 2) !== (this.level === 2);
    Object.assign(this, { rate, isDense, level: rate > 1 ? 1 : level === 2 ? 2 : 0 });
    return (level === 2 && this.#choose(store, viewport, now)) || changed;
  }

  keeps(store, row, now) {
    if (this.level === 0 || (this.always?.(row) ?? false)) { return true; }
    if (this.level === 2) { return this.#stands(row, now); }
    if (row.dot === 0) { return true; }
    if (row.kind !== "Write" && row.kind !== "Apply" && row.kind !== "Read") { return true; }
    if (row.arrived !== null || hash(row.dot) % this.rate === 0) { return true; }
    const update = store.update(row.dot);
    return update !== undefined && update.buffers.size > 0;
  }

  /** Stands out of a ribbon as a mark of its own. */
  #stands(row, now) {
    switch (row.kind) {
      case "Write": case "Read": return false;
      case "Apply": return row.arrived !== null && row.time - row.arrived >= this.wait;
      case "Buffer": return (row.until?.time ?? now) - row.time >= this.wait;
      case "SiblingMade": case "SiblingResolved": case "Drop": case "Duplicate": return row.n >= this.since;
      default: return true;
    }
  }

  #countOf(store, viewport, passes) {
    const { axis, rows } = store;
    if (axis.logical) { return this.count = rows.reduce((sum, row) => sum + (row.depth >= viewport.start && row.depth <= viewport.newest ? 1 : 0), 0); }
    const [from, to] = [firstLater(rows, axis.time(viewport.start)), firstLater(rows, axis.time(viewport.newest))];
    if (!passes || to - from <= Most) { return this.count = to - from; }
    if (performance.now() - this.#lookedAt < LookInterval) { return this.count; }
    this.#lookedAt = performance.now();
    let count = 0;
    for (let i = from; i < to; i++) { count += passes(rows[i]) ? 1 : 0; }
    return this.count = count;
  }

  /** Which waits, conflicts and drops are still told apart; true if that is another choice than before. */
  #choose(store, viewport, now) {
    const at = performance.now();
    if (at - this.#lookedAt < LookInterval) { return false; }
    this.#lookedAt = at;
    const [from, to] = [store.axis.time(viewport.start), store.axis.time(viewport.newest)];
    const waits = [];
    const others = [];
    for (const lane of store.lanes.values()) {
      for (const row of lane.buffers) { if (row.time <= to && (row.until?.time ?? now) >= from) { waits.push((row.until?.time ?? now) - row.time); } }
    }
    for (let i = firstLater(store.rows, to) - 1; i >= 0 && store.rows[i].time >= from; i--) {
      const { kind, n } = store.rows[i];
      if (kind === "SiblingMade" || kind === "SiblingResolved" || kind === "Drop" || kind === "Duplicate") { others.push(n); }
    }
    const wait = Waits.find(least => waits.filter(length => length >= least).length <= (least === this.wait ? Exceptions : Exceptions / 2)) ?? Waits.at(-1);
    // The newest ones stay: how many there are may grow to twice the number before they are chosen anew.
    const kept = others.filter(n => n >= this.since).length;
    const since = others.length <= Exceptions ? 0 : kept > 2 * Exceptions || kept < Exceptions / 2 ? others[Exceptions - 1] : this.since;
    const changed = wait !== this.wait || since !== this.since;
    [this.wait, this.since] = [wait, since];
    return changed;
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
