// Steps from event to event by keyboard: along the lifeline, to its neighbours, and along causality.
import { carrier, critical, position } from "./cones.js";
import { dotKey, parseDot } from "./store.js";
import { firstAt } from "./tiles.js";

export class Walk {
  constructor(store, geometry, isShown) {
    this.store = store;
    this.geometry = geometry;
    this.isShown = isShown;
  }

  /** The newest event up to a time, or the newest of all. */
  newest(time = Infinity) {
    for (let i = this.store.rows.length - 1; i >= 0; i--) {
      const row = this.store.rows[i];
      if (row.time <= time && this.#can(row)) { return row; }
    }
    return null;
  }

  onLine(row, by) { return this.#seek(this.store.lane(row.at).rows, position(this.store.lane(row.at).rows, row) + by, by); }

  inOrder(row, by) {
    const to = Math.max(0, Math.min(this.store.rows.length - 1, position(this.store.rows, row) + by));
    return this.#seek(this.store.rows, to, Math.sign(by)) ?? this.#seek(this.store.rows, to, -Math.sign(by));
  }

  across(row, by) {
    const { ids } = this.geometry;
    for (let i = ids.indexOf(row.at) + by; i >= 0 && i < ids.length; i += by) {
      const rows = this.store.lane(ids[i]).rows;
      const after = firstAt(rows, row.x);
      const candidates = [this.#seek(rows, after - 1, -1), this.#seek(rows, after, 1)].filter(Boolean);
      if (candidates.length > 0) { return candidates.reduce((a, b) => Math.abs(a.x - row.x) <= Math.abs(b.x - row.x) ? a : b); }
    }
    return null;
  }

  /** Where the arrow into this event comes from. */
  cause(row) {
    const update = row.dot ? this.store.update(row.dot) : null;
    switch (row.kind) {
      case "Write": return this.#back(row, other => other.kind === "Read" || other.kind === "Apply") ?? this.onLine(row, -1);
      case "Read": return update?.applies.get(row.at) ?? (update?.write?.at === row.at ? update.write : null) ?? this.onLine(row, -1);
      default: return update?.write && update.write !== row ? update.write : this.onLine(row, -1);
    }
  }

  /** Where this event's effect is first seen. */
  effect(row) {
    const update = row.dot ? this.store.update(row.dot) : null;
    if (row.kind === "Write") {
      const ends = [...update.buffers.values(), ...update.applies.values()].filter(end => this.#can(end)).sort((a, b) => a.time - b.time);
      return ends[0] ?? null;
    }
    if (row.kind === "Buffer") { return row.until; }
    return this.store.update(dotKey(row.at, carrier(row)))?.write ?? this.onLine(row, 1);
  }

  /** What this waited for: where it became visible here, or else where it was written. */
  waitedFor(row) {
    const edge = critical(this.store, row, parseDot);
    if (edge) { return edge.applied ?? edge.write; }
    if (row.kind !== "Buffer" || row.missing.length === 0) { return null; }
    const update = this.store.update(parseDot(row.missing[0]).key);
    return update?.applies.get(row.at) ?? update?.write ?? null;
  }

  /** What waited for this, first at its own replica. */
  waiter(row) {
    if (!row.dot) { return null; }
    const name = `${row.origin}#${row.sequence}`;
    const lanes = [this.store.lane(row.at), ...this.store.lanes.values()];
    for (const lane of lanes) {
      const found = lane.buffers.find(other => other.missing.includes(name) && this.#can(other));
      if (found) { return found; }
    }
    return null;
  }

  buffered(row, by) {
    const rows = this.store.rows;
    for (let i = row ? position(rows, row) + by : by < 0 ? rows.length - 1 : 0; i >= 0 && i < rows.length; i += by) {
      if (rows[i].kind === "Buffer" && this.#can(rows[i])) { return rows[i]; }
    }
    return null;
  }

  #can(row) { return row.at > 0 && this.geometry.has(row.at) && this.isShown(row); }

  #seek(rows, from, by) {
    for (let i = by < 0 ? Math.min(rows.length - 1, from) : Math.max(0, from); i >= 0 && i < rows.length; i += by) {
      if (this.#can(rows[i])) { return rows[i]; }
    }
    return null;
  }

  #back(row, condition) {
    const rows = this.store.lane(row.at).rows;
    for (let i = position(rows, row) - 1; i >= 0; i--) { if (condition(rows[i])) { return rows[i]; } }
    return null;
  }
}
