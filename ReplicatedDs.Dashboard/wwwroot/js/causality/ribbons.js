// What happened per lifeline and tenth of a second, counted as the rows come: where there are too many events even for a sample, each
// lifeline becomes a ribbon, as thick as the rate of its events, in the colours of their writers, and below it what waits as a hatched
// area. Counted are all events that came here, also those whose rows are no longer held.

export const Bucket = 100; // Milliseconds.
const BucketsMax = 6000; // Of a lifeline: ten minutes.
const LengthMin = 6; // Pixels of a piece of ribbon.
const Steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];

const empty = () => ({ writes: 0, reads: 0, opened: 0, closed: 0, from: new Map() });

export class Ribbons {
  #lanes = new Map(); // replica -> { buckets: tenth of a second -> counts, oldest, newest }
  #first = 0; // The numbers of the rows that are counted.
  #last = 0;
  #most = 1;
  #deepest = 1;

  clear() {
    this.#lanes.clear();
    this.#first = this.#last = 0;
  }

  /** Counts rows that the store has taken in, newer or older than those counted before. */
  add(store, rows) {
    let [first, last] = [this.#first, this.#last];
    for (const row of rows) {
      if (row.kind === "Gap" || row.at === 0 || (row.n >= this.#first && row.n <= this.#last)) { continue; }
      this.#count(store, row);
      first = first === 0 ? row.n : Math.min(first, row.n);
      last = Math.max(last, row.n);
    }
    [this.#first, this.#last] = [first, last];
  }

  /** The pieces of a lifeline between two moments, the oldest first. Their length is such that each can be seen. */
  pieces(store, id, from, to, scale) {
    const lane = this.#lanes.get(id);
    const step = Steps.find(candidate => candidate * Bucket * scale >= LengthMin) ?? Steps.at(-1);
    const result = [];
    if (!lane) { return result; }

    // What waits now is known; from there it is counted back, as far as anything is counted.
    let waiting = sharesOf([...store.lanes.get(id)?.open ?? []]);
    const start = Math.floor(Math.max(from / Bucket, lane.oldest) / step) * step;
    for (let i = Math.ceil((Math.max(lane.newest, to / Bucket) + 1) / step) * step - step; i >= start; i -= step) {
      const piece = { id, from: i * Bucket, to: (i + step) * Bucket, writes: 0, reads: 0, applies: 0, ways: new Map(), waiting };
      for (let k = i + step - 1; k >= i; k--) {
        const bucket = lane.buckets.get(k);
        if (!bucket) { continue; }
        piece.writes += bucket.writes;
        piece.reads += bucket.reads;
        for (const [origin, way] of bucket.from) {
          const sum = piece.ways.get(origin) ?? { count: 0, timed: 0, lag: 0, most: 0 };
          piece.ways.set(origin, { count: sum.count + way.count, timed: sum.timed + way.timed, lag: sum.lag + way.lag, most: Math.max(sum.most, way.most) });
          piece.applies += way.count;
        }
        piece.waiting = Math.max(piece.waiting, waiting + bucket.closed);
        waiting = Math.max(0, waiting + bucket.closed - bucket.opened);
      }
      if (piece.from < to && (piece.writes + piece.reads + piece.applies > 0 || piece.waiting > 0)) { result.push(piece); }
    }
    return result.reverse();
  }

  /**
   * One scale for all lifelines: up at once, down only well below. Answers events a second and updates that wait, at full height. A few
   * pieces that are far above all others do not flatten those: they are cut.
   */
  adapt(perLane) {
    const rates = perLane.flatMap(pieces => pieces.map(rateOf)).filter(one => one > 0).sort((a, b) => a - b);
    const usual = (rates[Math.floor(rates.length * 0.9)] ?? 1) * 1.2;
    const rate = Math.min(rates.at(-1) ?? 1, Math.max(1, usual));
    const depth = perLane.reduce((most, pieces) => pieces.reduce((deepest, piece) => Math.max(deepest, piece.waiting), most), 1);
    this.#most = rate > this.#most || rate < this.#most * 0.4 ? round(rate) : this.#most;
    this.#deepest = depth > this.#deepest || depth < this.#deepest * 0.4 ? round(depth) : this.#deepest;
    return { rate: this.#most, depth: this.#deepest };
  }

  #count(store, row) {
    let lane = this.#lanes.get(row.at);
    if (!lane) { this.#lanes.set(row.at, lane = { buckets: new Map(), oldest: Infinity, newest: -Infinity }); }
    const index = Math.floor(row.time / Bucket);
    lane.oldest = Math.min(lane.oldest, index);
    lane.newest = Math.max(lane.newest, index);
    let bucket = lane.buckets.get(index);
    if (!bucket) {
      lane.buckets.set(index, bucket = empty());
      if (lane.buckets.size > 2 * BucketsMax) {
        lane.oldest = lane.newest - BucketsMax + 1;
        for (const old of lane.buckets.keys()) { if (old < lane.oldest) { lane.buckets.delete(old); } }
      }
    }
    switch (row.kind) {
      case "Write": bucket.writes += row.share; break;
      case "Read": bucket.reads += row.share; break;
      case "Buffer": bucket.opened += row.share; break;
      case "Drop": {
        const dropped = store.update(row.dot)?.buffers.get(row.at);
        if (dropped?.until === row) { bucket.closed += dropped.share; }
        break;
      }
      case "Kill": case "Stop": case "Restart": bucket.closed += sharesOf(store.lane(row.at).buffers.filter(waiting => waiting.until === row)); break;
      case "Apply": {
        const way = bucket.from.get(row.origin) ?? { count: 0, timed: 0, lag: 0, most: 0 };
        const write = store.update(row.dot)?.write;
        const lag = write ? Math.max(0, row.time - write.time) : null;
        bucket.from.set(row.origin, { count: way.count + row.share, timed: way.timed + (lag === null ? 0 : 1), lag: way.lag + (lag ?? 0), most: Math.max(way.most, lag ?? 0) });
        if (row.arrived !== null) { bucket.closed += store.update(row.dot)?.buffers.get(row.at)?.share ?? row.share; } // It ends what began with that share, whatever it is now.
        break;
      }
    }
  }
}

/** How many updates these rows stand for. */
const sharesOf = rows => rows.reduce((sum, row) => sum + row.share, 0);

/** Events a second. */
export const rateOf = piece => (piece.writes + piece.reads + piece.applies) * 1000 / (piece.to - piece.from);

/** Up to a number that is easily read. */
function round(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].find(factor => factor * power >= value) * power;
}
