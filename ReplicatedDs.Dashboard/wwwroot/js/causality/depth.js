// Logical time: each event stands in the column of its causal depth, the longest chain of events before it. A slow link does not stretch
// the picture, and every arrow leads to a later column.

/** Counts the depth of rows that come after those counted before. */
export class Depth {
  #last = new Map(); // replica -> its last depth
  newest = 0;

  reset(store) {
    this.#last.clear();
    this.newest = 0;
    for (const row of [...store.rows].sort((a, b) => a.time - b.time || a.n - b.n)) { this.add(store, row); }
  }

  add(store, row) {
    const write = row.kind === "Apply" || row.kind === "Buffer" ? store.update(row.dot)?.write : null;
    const freed = row.kind === "Apply" ? store.update(row.dot)?.buffers.get(row.at) : null;
    row.depth = 1 + Math.max(this.#last.get(row.at) ?? 0, write?.depth ?? 0, freed?.depth ?? 0);
    this.#last.set(row.at, row.depth);
    this.newest = Math.max(this.newest, row.depth);
  }
}
