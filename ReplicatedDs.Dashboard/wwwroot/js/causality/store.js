// What the diagram holds: rows in the order of their numbers, lifelines with their own rows in order, and for every update where it
// was written, arrived and became visible. Bounded: the oldest rows go first.

import { Axis } from "./axis.js";
import { Ribbons } from "./ribbons.js";

export const Capacity = 65_536;
const Trim = 4096;

/** One number for a dot: origins stay below 8192, so that it is exact. */
export const dotKey = (origin, sequence) => origin * 2 ** 40 + sequence;

export function parseDot(text) {
  const [origin, sequence] = text.split("#").map(Number);
  return { origin, sequence, key: dotKey(origin, sequence) };
}

export class Store {
  /** Unix microseconds that count as time 0; set by the first row. */
  zero = null;
  rows = [];
  gaps = []; // The rows that stand for events that are missing here.
  lanes = new Map(); // replica id -> { id, rows, open: waiting Buffer rows, buffers: all of them, breaks: kills and restarts, info }
  updates = new Map(); // dot key -> { origin, sequence, keys, write, applies: Map, buffers: Map }
  /** Numbers that exist at the dashboard. */
  oldest = 0;
  newest = 0;
  /** Changes when rows were put before others, or all are gone: what was laid out is void. The oldest may go without. */
  revision = 0;
  lost = 0;
  axis = new Axis();
  ribbons = new Ribbons();

  get first() { return this.rows.length > 0 ? this.rows[0].n : this.newest + 1; }
  get last() { return this.rows.length > 0 ? this.rows[this.rows.length - 1].n : 0; }
  get lastTime() { return this.rows.length > 0 ? this.rows[this.rows.length - 1].time : 0; }

  clear() {
    this.rows = [];
    this.gaps = [];
    for (const lane of this.lanes.values()) {
      lane.rows = [];
      lane.buffers = [];
      lane.breaks = [];
      lane.open.clear();
    }
    this.updates.clear();
    this.ribbons.clear();
    this.zero = null;
    this.revision++;
  }

  lane(id) {
    let lane = this.lanes.get(id);
    if (!lane) {
      lane = { id, rows: [], open: new Set(), buffers: [], breaks: [], info: null };
      this.lanes.set(id, lane);
    }
    return lane;
  }

  /** Sets the lifelines' headings; a member without events has a lifeline too. */
  setLanes(infos) {
    const members = new Set(infos.map(info => info.id));
    for (const info of infos) { this.lane(info.id).info = info; }
    for (const lane of this.lanes.values()) {
      if (!members.has(lane.id)) { lane.info = { id: lane.id, label: `r${lane.id}`, name: "", state: "gone", tone: "idle", staleSince: null }; }
    }
  }

  /** Adds newer rows as they came from the hub; answers them as they are kept. */
  append(wire, lost = 0) {
    const added = [];
    if (lost > 0 && this.rows.length > 0 && wire.length > 0) {
      // The gap is drawn where it is: between the last row that came and the next.
      this.lost += lost;
      added.push(this.#gap(lost, this.lastTime));
    }
    for (const item of wire) {
      const row = this.#decode(item);
      const lane = row.at > 0 ? this.lane(row.at) : null;
      row.clock = clockOf(item, row, lane?.rows.at(-1));
      this.rows.push(row);
      lane?.rows.push(row);
      this.#index(row, lane);
      added.push(row);
    }
    this.ribbons.add(this, added);
    if (this.rows.length > Capacity) { this.#trim(this.rows.length - Capacity + Trim); }
    return added;
  }

  /** Puts older rows before the others. */
  prepend(wire) {
    const older = [];
    const perLane = new Map();
    for (const item of wire) {
      if (this.rows.length > 0 && item.n >= this.first) { break; }
      const row = this.#decode(item);
      const before = perLane.get(row.at);
      row.clock = clockOf(item, row, before?.at(-1));
      older.push(row);
      if (row.at > 0) {
        if (before) { before.push(row); } else { perLane.set(row.at, [row]); }
      }
    }
    this.rows = older.concat(this.rows);
    for (const [id, rows] of perLane) {
      const lane = this.lane(id);
      lane.rows = rows.concat(lane.rows);
    }
    for (const lane of this.lanes.values()) {
      lane.buffers = [];
      lane.breaks = [];
      lane.open.clear();
    }
    this.gaps = [];
    for (const row of this.rows) { this.#index(row, row.at > 0 ? this.lane(row.at) : null); }
    this.ribbons.add(this, older);
    this.revision++;
    return older;
  }

  update(key) { return this.updates.get(key); }

  #decode(item) {
    this.zero ??= item.t;
    const row = {
      n: item.n, time: (item.t - this.zero) / 1000, kind: item.kind, at: item.replica, dot: 0, origin: 0, sequence: 0, peer: item.peer ?? 0,
      keys: item.keys ?? [], missing: item.missing ?? [], missingCount: item.missingCount ?? item.missing?.length ?? 0, ghost: item.wouldBeVisible === true,
      arrived: item.arrivedAt === undefined ? null : (item.arrivedAt - this.zero) / 1000, waitedFor: item.waitedFor ?? null,
      trace: item.traceId ?? null, detail: item.detail ?? null, lost: item.lost ?? 0, clock: null,
      share: item.share || 1, // It stands for so many, where only a part is told.
      until: null, // On Buffer: the row that ended the waiting.
      depth: 0, // The longest chain of events up to it; counted only where it is wanted.
      x: 0, named: false, level: 0, // Where the layout put it.
    };
    if (item.dot) {
      const dot = parseDot(item.dot);
      row.dot = dot.key;
      row.origin = dot.origin;
      row.sequence = dot.sequence;
    }
    return row;
  }

  #gap(lost, time) {
    const row = this.#decode({ n: this.last, t: this.zero + time * 1000, kind: "Gap", replica: 0, lost });
    this.rows.push(row);
    this.gaps.push(row);
    return row;
  }

  #index(row, lane) {
    if (row.kind === "Gap") { this.gaps.push(row); }
    if (row.kind === "Kill" || row.kind === "Stop" || row.kind === "Restart") {
      for (const waiting of lane.open) { waiting.until = row; }
      lane.open.clear();
      lane.breaks.push(row);
    }
    if (row.dot === 0) { return; }
    let update = this.updates.get(row.dot);
    if (!update) {
      update = { origin: row.origin, sequence: row.sequence, keys: row.keys, write: null, applies: new Map(), buffers: new Map() };
      this.updates.set(row.dot, update);
    }
    if (update.keys.length === 0) { update.keys = row.keys; }
    switch (row.kind) {
      case "Write": update.write = row; break;
      case "Apply":
        update.applies.set(row.at, row);
        this.#close(update, row, lane);
        break;
      case "Buffer":
        update.buffers.set(row.at, row);
        row.until = null;
        lane.open.add(row);
        lane.buffers.push(row);
        break;
      case "Drop":
        if (row.peer === 0) { this.#close(update, row, lane); }
        break;
    }
  }

  #close(update, row, lane) {
    const waiting = update.buffers.get(row.at);
    if (waiting && lane.open.delete(waiting)) { waiting.until = row; }
  }

  #trim(count) {
    const gone = this.rows.splice(0, count);
    this.gaps = this.gaps.filter(row => row.n >= this.first);
    for (const lane of this.lanes.values()) {
      let cut = 0;
      while (cut < lane.rows.length && lane.rows[cut].n < this.first) { cut++; }
      lane.rows.splice(0, cut);
      lane.breaks = lane.breaks.filter(row => row.n >= this.first);
      lane.buffers = lane.buffers.filter(row => row.n >= this.first || lane.open.has(row));
    }
    for (const row of gone) {
      if (row.dot === 0) { continue; }
      const update = this.updates.get(row.dot);
      if (!update) { continue; }
      if (update.write === row) { update.write = null; }
      if (update.applies.get(row.at) === row) { update.applies.delete(row.at); }
      // What still waits is shown as long as it waits.
      if (update.buffers.get(row.at) === row && !this.lane(row.at).open.has(row)) { update.buffers.delete(row.at); }
      if (!update.write && update.applies.size === 0 && update.buffers.size === 0) { this.updates.delete(row.dot); }
    }
  }
}

/** The replica's clock behind a row: as told, or what follows from the row before on the same lifeline. */
function clockOf(item, row, before) {
  if (item.clock) {
    const clock = [];
    for (const [id, count] of Object.entries(item.clock)) { clock[Number(id)] = count; }
    return clock;
  }
  const known = before?.clock ?? [];
  if ((row.kind !== "Write" && row.kind !== "Apply") || (known[row.origin] ?? 0) >= row.sequence) { return known; }
  const clock = known.slice();
  clock[row.origin] = row.sequence;
  return clock;
}
