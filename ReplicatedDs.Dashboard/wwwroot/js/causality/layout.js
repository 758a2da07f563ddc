// Where each row stands along the time axis. Events of one instant are drawn a little apart, in their order, as far as that does not
// mislead: never more than NudgeMax pixels from the truth, and not at all where there are too many.

const Step = 13;
const NudgeMax = 40;
/** Waiting updates that get a bar of their own; further ones share one place. */
export const Levels = 3;

export class Layout {
  #lines = new Map();
  #scale = 0;
  #vertical = false;
  #step = Step;

  /** Places every row anew, after a change of scale or of the rows before. */
  reset(store, scale, vertical, isDense, shown) {
    this.#lines.clear();
    this.#scale = scale;
    this.#vertical = vertical;
    this.#step = isDense ? 0 : Step;
    for (const row of store.rows) { this.place(store, row, shown); }
  }

  /** Places a row behind those placed before. What is not shown takes no room. */
  place(store, row, shown) {
    const ideal = store.axis.of(row) * this.#scale;
    if (row.at === 0) {
      row.x = ideal;
      return;
    }
    let line = this.#lines.get(row.at);
    if (!line) {
      line = { x: -Infinity, mark: -Infinity, write: -Infinity, other: -Infinity, levels: new Array(Levels).fill(null) };
      this.#lines.set(row.at, line);
    }
    if (!shown(row)) {
      // Still in order, because rows are found by their places.
      row.x = line.x = Math.max(ideal, line.x);
      row.named = false;
      return;
    }
    let x = ideal;
    const write = row.kind === "Apply" || row.kind === "Buffer" ? store.update(row.dot)?.write : null;
    if (write && x < write.x + 4) { x = write.x + 4; }
    if (x < line.mark + this.#step) { x = line.mark + this.#step; }
    row.x = Math.max(Math.min(x, ideal + NudgeMax), line.x);
    line.x = line.mark = row.x;

    if (row.kind === "Buffer") {
      const free = line.levels.findIndex(holder => !holder || (holder.until && holder.until.n < row.n));
      row.level = free < 0 ? Levels : free;
      if (free >= 0) { line.levels[free] = row; }
    }
    if (row.kind === "Write" || row.kind === "Apply" || row.kind === "Read") {
      // The names of writes have a row of their own, so that those of others do not crowd them out.
      const names = row.kind === "Write" && !this.#vertical ? "write" : "other";
      row.named = this.#step > 0 && row.x >= line[names]; // Where marks are not told apart, names are not either.
      if (row.named) { line[names] = row.x + (this.#vertical ? 15 : labelOf(row).length * 7 + 9); }
    }
  }
}

/** The few letters beside a mark. */
export function labelOf(row) {
  const key = row.keys.length === 0 ? (row.dot ? "members" : "") : row.keys[0].length <= 12 ? row.keys[0] : `${row.keys[0].slice(0, 5)}…${row.keys[0].slice(-5)}`;
  const more = row.keys.length > 1 ? `+${row.keys.length - 1}` : "";
  return row.kind === "Read" ? `r(${key}${more})` : row.kind === "Write" ? `${key}${more}#${row.sequence}` : `${key}${more}`;
}
