// What came before an event and what can come of it, by clocks alone: no graph is walked. The clock behind an event counts, per
// replica, the writes that it knows; so the past on a lifeline ends at that write, and the future on it begins where the update that
// carries the event's knowledge became visible.
import { dotKey } from "./store.js";

const own = row => row.clock[row.at] ?? 0;

/** The number of the write by which others can first learn of this event: itself, or the next one of its replica. */
export const carrier = row => row.kind === "Write" ? row.sequence : own(row) + 1;

/** Whether the one could have caused the other. */
export function happenedBefore(a, b) {
  if (a.at === 0 || b.at === 0) { return false; }
  return a.at === b.at ? a.n < b.n : (b.clock[a.at] ?? 0) >= carrier(a);
}

/** "same", "before", "after" or "concurrent". */
export function verdict(a, b) {
  return a === b ? "same" : happenedBefore(a, b) ? "before" : happenedBefore(b, a) ? "after" : "concurrent";
}

/**
 * Both cones of a row: per lifeline the last row of its past and the first of its future. `past` is the row, null if nothing there is
 * in the past, or "earlier" if it is older than what is held. The counts are of events that are held; `writes` is exact.
 */
export function cones(store, row) {
  const lines = new Map();
  let before = 0;
  let after = 0;
  let all = 0;
  for (const lane of store.lanes.values()) {
    const isOwn = lane.id === row.at;
    const known = row.clock[lane.id] ?? 0;
    const past = isOwn ? row : known === 0 ? null : store.update(dotKey(lane.id, known))?.write ?? "earlier";
    const future = isOwn ? row : store.update(dotKey(row.at, carrier(row)))?.applies.get(lane.id) ?? null;
    lines.set(lane.id, { past, future });
    all += lane.rows.length;
    if (isOwn) {
      const place = position(lane.rows, row);
      before += place;
      after += lane.rows.length - place - 1;
    } else {
      if (past && past !== "earlier") { before += position(lane.rows, past) + 1; }
      if (future) { after += lane.rows.length - position(lane.rows, future); }
    }
  }
  const writes = row.clock.reduce((sum, count) => sum + count, 0) - (row.kind === "Write" ? 1 : 0);
  return { row, lines, writes, before, after, concurrent: Math.max(0, all - before - after - 1) };
}

/**
 * How knowledge of the one reached the other: rows in order, from a to b, or null if it did not. Every update reaches every replica by
 * itself, so it is at most: a, the write that carried it, where that became visible at b's replica, a read there, b.
 */
export function path(store, a, b) {
  if (!happenedBefore(a, b)) { return null; }
  if (a.at === b.at) { return { steps: [a, b], carried: null }; }
  const sequence = carrier(a);
  const update = store.update(dotKey(a.at, sequence));
  const write = update?.write ?? null;
  const applied = update?.applies.get(b.at) ?? null;
  const rows = store.lane(b.at).rows;
  let read = null;
  if (applied && applied !== b) {
    const end = position(rows, b);
    for (let i = position(rows, applied) + 1; i < end && !read; i++) {
      if (rows[i].kind === "Read" && (rows[i].dot === applied.dot || (rows[i].dot === 0 && rows[i].keys.some(key => applied.keys.includes(key))))) { read = rows[i]; }
    }
  }
  const steps = [a, write, applied, read, b].filter((step, i, all) => step && all.indexOf(step) === i);
  return { steps, carried: { origin: a.at, sequence }, write, applied, read };
}

/** The row before this one on another lifeline that it waited for last, as it became visible there: the critical in-edge. */
export function critical(store, row, parse) {
  const apply = row.kind === "Buffer" ? row.until : row;
  if (!apply || apply.kind !== "Apply" || !apply.waitedFor) { return null; }
  const update = store.update(parse(apply.waitedFor).key);
  return update ? { update, write: update.write, applied: update.applies.get(apply.at) ?? null, apply } : null;
}

/** Where a row is in its lifeline: by its number, which grows along every lifeline. */
export function position(rows, row) {
  let low = 0;
  let high = rows.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (rows[middle].n < row.n) { low = middle + 1; } else { high = middle - 1; }
  }
  return low;
}
