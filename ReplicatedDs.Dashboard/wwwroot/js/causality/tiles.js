// The drawn past in pieces of fixed length: while the picture scrolls, only pieces are copied. A new row is drawn onto the pieces that
// are there already; a change of scale, size, theme or filter throws them all away.

export const TileLength = 512;
const TilesMax = 16;
const Reach = 90; // How far a mark and its label stand out over its place.
const HeadsMax = 500;

export class Tiles {
  #tiles = new Map();
  #painter;
  #geometry;
  /** Rows drawn, for the measurements. */
  drawn = 0;

  constructor(painter, geometry) {
    this.#painter = painter;
    this.#geometry = geometry;
  }

  clear() { this.#tiles.clear(); }

  /** Draws new rows where there are pieces already. */
  add(rows, shown) {
    if (this.#tiles.size === 0) { return; }
    const perTile = new Map();
    for (const row of rows) {
      const [from, to] = this.#span(row);
      for (let i = Math.floor((from - Reach) / TileLength); i <= Math.floor((to + Reach) / TileLength); i++) {
        if (!this.#tiles.has(i)) { i = this.#skip(i, to); if (i === null) { break; } }
        const list = perTile.get(i);
        if (list) { list.push(row); } else { perTile.set(i, [row]); }
      }
    }
    for (const [index, list] of perTile) {
      const tile = this.#tiles.get(index);
      tile.count += list.length;
      this.#draw(tile, index, list, shown, tile.count < HeadsMax, true);
    }
  }

  /** Copies what is seen. `put` is called with each piece and its place along the time axis. */
  each(store, left, length, shown, put) {
    for (let i = Math.floor(left / TileLength); i * TileLength < left + length; i++) {
      let tile = this.#tiles.get(i);
      if (!tile) {
        tile = this.#build(store, i, shown);
      } else {
        // The least recently seen goes first.
        this.#tiles.delete(i);
      }
      this.#tiles.set(i, tile);
      put(tile.canvas, i * TileLength - left);
    }
    for (const index of this.#tiles.keys()) {
      if (this.#tiles.size <= TilesMax) { break; }
      this.#tiles.delete(index);
    }
  }

  #build(store, index, shown) {
    const from = index * TileLength;
    const to = from + TileLength;
    const rows = [];
    for (const id of this.#geometry.ids) {
      const line = store.lanes.get(id);
      if (!line) { continue; }
      for (let i = firstAt(line.rows, from - Reach); i < line.rows.length; i++) {
        const row = line.rows[i];
        if (row.x <= to + Reach || this.#span(row)[0] <= to + Reach) { rows.push(row); }
      }
      for (const row of line.buffers) {
        if (row.until && row.x < from - Reach && row.until.x > from) { rows.push(row); }
      }
    }
    const { vertical, extent, ratio } = this.#geometry;
    const canvas = document.createElement("canvas");
    canvas.width = Math.ceil((vertical ? extent : TileLength) * ratio);
    canvas.height = Math.ceil((vertical ? TileLength : extent) * ratio);
    const tile = { canvas, context: canvas.getContext("2d"), count: rows.length };
    this.#draw(tile, index, rows, shown, rows.length < HeadsMax, false);
    return tile;
  }

  #draw(tile, index, rows, shown, heads, late) {
    this.drawn += rows.length;
    this.#geometry.enter(tile.context);
    this.#painter.rows(tile.context, rows, index * TileLength, { shown, heads, late });
  }

  /** From where to where what is drawn with a row reaches. */
  #span(row) {
    let from = row.x;
    let to = row.x;
    const update = row.dot ? this.#painter.store.update(row.dot) : null;
    if (update && (row.kind === "Apply" || row.kind === "Buffer")) {
      const waiting = row.kind === "Apply" ? update.buffers.get(row.at) : null;
      if (waiting) { from = Math.min(from, waiting.x); } else if (update.write) { from = Math.min(from, update.write.x); }
    } else if (update && row.kind === "Write") {
      for (const end of update.applies.values()) { to = Math.max(to, end.x); }
    }
    for (const ended of this.#painter.ended(row)) { from = Math.min(from, ended.x); }
    return [from, to];
  }

  #skip(from, to) {
    let next = null;
    for (const index of this.#tiles.keys()) { if (index > from && index * TileLength <= to + Reach && (next === null || index < next)) { next = index; } }
    return next;
  }
}

/** The first row of a lifeline at or behind a place. */
export function firstAt(rows, x) {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle].x < x) { low = middle + 1; } else { high = middle; }
  }
  return low;
}
