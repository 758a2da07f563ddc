// The searches that are offered: each answers rows in their order, and says in words what they are.
import { happenedBefore } from "./cones.js";

const PerKeyMax = 200;

export const Searches = {
  waited: { name: "waited 100 ms or more", find: (store, now) => store.rows.filter(row => row.kind === "Buffer" && (row.until?.time ?? now) - row.time >= 100) },
  long: { name: "waited 1 s or more", find: (store, now) => store.rows.filter(row => row.kind === "Buffer" && (row.until?.time ?? now) - row.time >= 1000) },
  order: { name: "arrived before a cause", find: store => store.rows.filter(row => row.kind === "Buffer" && row.ghost) },
  concurrent: { name: "concurrent writes to one key", find: concurrent },
  duplicate: { name: "arrived twice", find: store => store.rows.filter(row => row.kind === "Duplicate") },
  drop: { name: "dropped", find: store => store.rows.filter(row => row.kind === "Drop") },
  chain: { name: "longest causal chain in view", find: (store, _, seen) => longestChain(store, seen), isPath: true },
};

function concurrent(store) {
  const perKey = new Map();
  for (const row of store.rows) {
    if (row.kind !== "Write") { continue; }
    for (const key of row.keys) {
      const list = perKey.get(key);
      if (!list) { perKey.set(key, [row]); } else if (list.length < PerKeyMax) { list.push(row); }
    }
  }
  const found = new Set();
  for (const list of perKey.values()) {
    for (let i = 0; i < list.length; i++) {
      for (let j = i + 1; j < list.length; j++) {
        if (list[i].at !== list[j].at && !happenedBefore(list[i], list[j]) && !happenedBefore(list[j], list[i])) {
          found.add(list[i]);
          found.add(list[j]);
        }
      }
    }
  }
  return [...found].sort((a, b) => a.n - b.n);
}

/** The chain with the most steps from replica to replica among the rows that are seen: write, applied elsewhere, written there, and so on. */
function longestChain(store, seen) {
  const best = new Map(); // row -> { hops, before }
  const lanes = new Map(); // replica -> its rows in their order, and how many of them are done
  const open = new Set();
  for (const row of store.rows) {
    if (!seen(row)) { continue; }
    open.add(row);
    if (!lanes.has(row.at)) { lanes.set(row.at, { rows: [], done: 0 }); }
    lanes.get(row.at).rows.push(row);
  }
  // Each lifeline goes on until it needs a write that is not done: the clocks of replicas differ, and their news come in any order.
  let end = null;
  for (let moves = true; moves;) {
    moves = false;
    for (const lane of lanes.values()) {
      for (; lane.done < lane.rows.length; lane.done++, moves = true) {
        const row = lane.rows[lane.done];
        const write = row.kind === "Apply" ? store.update(row.dot)?.write : null;
        if (write && open.has(write)) { break; }
        const before = lane.rows[lane.done - 1];
        let found = before ? { hops: best.get(before).hops, before } : { hops: 0, before: null };
        if (write && best.has(write) && best.get(write).hops + 1 > found.hops) { found = { hops: best.get(write).hops + 1, before: write }; }
        best.set(row, found);
        open.delete(row);
        if ((row.kind === "Write" || row.kind === "Apply") && (end === null || found.hops > best.get(end).hops)) { end = row; }
      }
    }
  }
  const chain = [];
  for (let row = end; row; row = best.get(row).before) { chain.push(row); }
  // Of a stay at one replica, where it was reached and where it was left.
  return chain.reverse().filter((row, i, all) => i === 0 || i === all.length - 1 || row.at !== all[i - 1].at || row.at !== all[i + 1].at);
}
