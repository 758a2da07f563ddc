// Where each row stands along the time axis. Events of one instant are drawn a little apart, in their order, as far as that does not
// mislead: never more than NudgeMax pixels from the truth.

const Step = 13;
const NudgeMax = 40;
/** Waiting updates that get a bar of their own; further ones share one place. */
export const Levels = 3;

export class Layout {
  #lines = new Map();
  #scale = 0;
  #vertical = false;

  /** Places every row anew, after a change of scale or of the rows before. */
  reset(store, scale, vertical) {
    this.#lines.clear();
    this.#scale = scale;
    this.#vertical = vertical;
    for (const row of store.rows) { this.place(store, row); }
  }

  place(store, row) {
    const ideal = row.time * this.#scale;
    if (row.at === 0) {
      row.x = ideal;
      return;
    }
    let line = this.#lines.get(row.at);
    if (!line) {
      line = { x: -Infinity, label: -Infinity, levels: new Array(Levels).fill(null) };
      this.#lines.set(row.at, line);
    }
    let x = ideal;
    const write = row.kind === "Apply" ? store.update(row.dot)?.write : null;
    if (write && x < write.x + 4) { x = write.x + 4; }
    if (x < line.x + Step) { x = line.x + Step; }
    row.x = Math.max(Math.min(x, ideal + NudgeMax), line.x);
    line.x = row.x;

    if (row.kind === "Buffer") {
      const free = line.levels.findIndex(holder => !holder || (holder.until && holder.until.n < row.n));
      row.level = free < 0 ? Levels : free;
      if (free >= 0) { line.levels[free] = row; }
    }
    if (row.kind === "Write" || row.kind === "Apply" || row.kind === "Read") {
      const half = this.#vertical ? 7 : labelOf(row).length * 3.4 + 3;
      row.named = row.x - half > line.label;
      if (row.named) { line.label = row.x + half; }
    }
  }
}

/** The few letters beside a mark. */
export function labelOf(row) {
  const key = row.keys.length === 0 ? (row.dot ? "members" : "") : row.keys[0].length <= 12 ? row.keys[0] : `${row.keys[0].slice(0, 5)}…${row.keys[0].slice(-5)}`;
  const more = row.keys.length > 1 ? `+${row.keys.length - 1}` : "";
  return row.kind === "Read" ? `r(${key}${more})` : row.kind === "Write" ? `${key}${more}#${row.sequence}` : `${key}${more}`;
}
