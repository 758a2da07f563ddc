// Compares the diagram's cones, verdicts and paths, which use clocks only, with a walk over the graph of a random history. Answers a
// list of what differs. Given the folder of the diagram's modules and the seeds.
async ({ modules, seeds }) => {
  const { Store } = await import(`${modules}/store.js`);
  const { carrier, cones, happenedBefore, path, verdict } = await import(`${modules}/cones.js`);
  const { relation } = await import(`${modules}/words.js`);
  const { Depth } = await import(`${modules}/depth.js`);
  const { Searches } = await import(`${modules}/search.js`);
  const { nameOf, rowOf } = await import(`${modules}/named.js`);
  const { Axis } = await import(`${modules}/axis.js`);
  const troubles = [];
  let compared = 0;

  for (const seed of seeds) {
    const wire = history(seed, 4, 160);
    const store = new Store();
    // In two parts, the later one first, as a viewer gets them who scrolls back. Each part begins with its clocks.
    const cut = seed % 2 === 0 ? 0 : 60;
    store.append(withClocks(wire.slice(cut)));
    if (cut > 0) { store.prepend(withClocks(wire.slice(0, cut))); }
    const rows = store.rows;
    const past = closure(rows);
    ribbons(seed, store);
    folds(seed, store);

    for (const a of rows) {
      for (const b of rows) {
        compared++;
        const before = past.get(b).has(a);
        if (happenedBefore(a, b) !== before) { troubles.push(`seed ${seed}: ${a.n} before ${b.n} should be ${before}`); }
        const word = a === b ? "same" : before ? "before" : past.get(a).has(b) ? "after" : "concurrent";
        if (verdict(a, b) !== word) { troubles.push(`seed ${seed}: ${a.n} and ${b.n} should be ${word}`); }
      }
    }

    for (const row of rows) {
      const cone = cones(store, row);
      const future = rows.filter(other => past.get(other).has(row));
      const writes = [...past.get(row)].filter(other => other.kind === "Write").length;
      if (cone.writes !== writes) { troubles.push(`seed ${seed}: ${row.n} has ${writes} writes in its past, not ${cone.writes}`); }
      if (cone.after !== future.length) { troubles.push(`seed ${seed}: ${row.n} has ${future.length} events in its future, not ${cone.after}`); }
      if (cone.before !== past.get(row).size) { troubles.push(`seed ${seed}: ${row.n} has ${past.get(row).size} events in its past, not ${cone.before}`); }
      for (const [id, line] of cone.lines) {
        const last = rows.filter(other => other.at === id && (other === row || past.get(row).has(other))).at(-1) ?? null;
        const first = rows.find(other => other.at === id && (other === row || past.get(other).has(row))) ?? null;
        if (line.past !== last) { troubles.push(`seed ${seed}: the past of ${row.n} on r${id} ends at ${last?.n}, not ${line.past?.n}`); }
        if (line.future !== first) { troubles.push(`seed ${seed}: the future of ${row.n} on r${id} begins at ${first?.n}, not ${line.future?.n}`); }
      }
    }

    // In logical time everything stands in a later column than all of its past.
    new Depth().reset(store);
    for (const b of rows) {
      for (const a of past.get(b)) { if (a.depth >= b.depth) { troubles.push(`seed ${seed}: ${a.n} happened before ${b.n}, but stands in column ${a.depth}, not before ${b.depth}`); } }
      if (rowOf(store, nameOf(store, b)) !== b && b.dot !== 0) { troubles.push(`seed ${seed}: ${nameOf(store, b)} does not name ${b.n}`); }
    }
    const chain = Searches.chain.find(store, 0, () => true);
    for (let k = 1; k < chain.length; k++) { if (!past.get(chain[k]).has(chain[k - 1])) { troubles.push(`seed ${seed}: ${chain[k - 1].n} to ${chain[k].n} is no step of a chain`); } }
    if (new Set(chain.map(row => row.at)).size < 2) { troubles.push(`seed ${seed}: the longest chain stays at one replica`); }
    for (const row of rows.filter(other => other.kind === "Write")) {
      const rivals = rows.filter(other => other.kind === "Write" && other !== row && other.keys.some(key => row.keys.includes(key)) && !past.get(other).has(row) && !past.get(row).has(other));
      if (Searches.concurrent.find(store).includes(row) !== rivals.length > 0) { troubles.push(`seed ${seed}: ${row.n} has ${rivals.length} concurrent writes of its key`); }
    }

    for (let i = 0; i < rows.length; i += 7) {
      for (let j = i + 1; j < rows.length; j += 5) {
        const found = path(store, rows[i], rows[j]);
        const text = relation(store, rows[i], rows[j], null).text;
        if (!found) {
          if (past.get(rows[j]).has(rows[i])) { troubles.push(`seed ${seed}: no path from ${rows[i].n} to ${rows[j].n}`); }
          continue;
        }
        const { steps } = found;
        if (steps[0] !== rows[i] || steps.at(-1) !== rows[j]) { troubles.push(`seed ${seed}: the path from ${rows[i].n} to ${rows[j].n} has other ends`); }
        for (let k = 1; k < steps.length; k++) {
          if (!past.get(steps[k]).has(steps[k - 1])) { troubles.push(`seed ${seed}: ${steps[k - 1].n} to ${steps[k].n} is no step of causality`); }
        }
        if (!text.includes(" happened before ") || text.includes("undefined")) { troubles.push(`seed ${seed}: ${text}`); }
      }
    }
    if (rows.some(row => row.kind === "Write" && carrier(row) !== row.sequence)) { troubles.push(`seed ${seed}: a write is not its own carrier`); }
  }
  return { compared, troubles: troubles.slice(0, 10), count: troubles.length };

  /** The ribbons count every event once, however the rows came, and know how much waited. */
  function ribbons(seed, store) {
    const end = store.lastTime + 1;
    for (const [id, lane] of store.lanes) {
      const pieces = store.ribbons.pieces(store, id, -1e15, end, 1); // However long the window: what is walked over is what was counted.
      const all = kind => lane.rows.filter(row => row.kind === kind).length;
      const total = what => pieces.reduce((sum, piece) => sum + piece[what], 0);
      for (const [what, kind] of [["writes", "Write"], ["applies", "Apply"], ["reads", "Read"]]) { if (total(what) !== all(kind)) { troubles.push(`seed ${seed}: the ribbon of r${id} counts ${total(what)} ${what}, not ${all(kind)}`); } }
      for (const piece of pieces) {
        // At the end of the piece, by the events themselves; within it, there were no more than that and those that ended in it.
        const open = lane.buffers.filter(row => row.time < piece.to && (row.until?.time ?? Infinity) >= piece.to).length;
        const ended = lane.buffers.filter(row => row.until && row.until.time >= piece.from && row.until.time < piece.to).length;
        if (piece.waiting < open || piece.waiting > open + ended) { troubles.push(`seed ${seed}: ${piece.waiting} waited at r${id}, not ${open} to ${open + ended}`); }
      }
    }
  }

  /** Folding keeps order, can be undone at every place, folds only where nothing happened, and says how much. */
  function folds(seed, store) {
    const axis = new Axis();
    axis.folding = true;
    let shift = 0;
    const rows = store.rows.map((row, i) => ({ time: row.time + (shift += i % 23 === 5 ? 1500 + 997 * (i % 7) : 0) }));
    const first = rows.slice(0, 100);
    axis.fold(first, 0.05);
    for (const row of rows.slice(100)) { axis.extend(row); }
    const grown = JSON.stringify(axis.folds);
    axis.fold(rows, 0.05);
    if (JSON.stringify(axis.folds) !== grown) { troubles.push(`seed ${seed}: folds differ by whether rows came one by one`); }
    if (axis.folds.length < 5) { troubles.push(`seed ${seed}: only ${axis.folds.length} folds`); }
    for (const fold of axis.folds) { if (rows.some(row => row.time > fold.from && row.time < fold.to)) { troubles.push(`seed ${seed}: an event is folded away`); } }
    const places = rows.map(row => axis.at(row.time));
    for (let i = 0; i < rows.length; i++) {
      if (i > 0 && places[i] < places[i - 1]) { troubles.push(`seed ${seed}: order is lost`); }
      if (Math.abs(axis.time(places[i]) - rows[i].time) > 1e-6) { troubles.push(`seed ${seed}: ${axis.time(places[i])} is not ${rows[i].time}`); }
    }
    const [from, to] = [places[0], places.at(-1)];
    const seen = axis.stretches(from, to).reduce((sum, [start, end]) => sum + end - start, 0);
    const away = axis.folds.reduce((sum, fold) => sum + fold.to - fold.from, 0);
    if (Math.abs(seen + away - (rows.at(-1).time - rows[0].time)) > 1e-6) { troubles.push(`seed ${seed}: ${seen} and ${away} are not the whole time`); }
  }

  /** What happened before each row, by walking the graph. */
  function closure(rows) {
    const result = new Map();
    const last = new Map();
    const writes = new Map();
    for (const row of rows) {
      const set = new Set();
      const add = other => { if (other) { set.add(other); for (const earlier of result.get(other)) { set.add(earlier); } } };
      add(last.get(row.at));
      if (row.kind === "Apply") { add(writes.get(row.dot)); }
      if (row.kind === "Write") { writes.set(row.dot, row); }
      last.set(row.at, row);
      result.set(row, set);
    }
    return result;
  }

  function withClocks(rows) {
    const seen = new Set();
    return rows.map(({ state, ...row }) => {
      if (seen.has(row.replica)) { return row; }
      seen.add(row.replica);
      return { ...row, clock: state };
    });
  }

  function history(seed, replicas, steps) {
    let state = seed * 2654435761 + 12345 >>> 0;
    const random = most => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      state >>>= 0;
      return state % most;
    };
    const rows = [];
    const clocks = Array.from({ length: replicas + 1 }, () => ({}));
    const flying = [];
    const waiting = [];
    const needs = new Map();
    const add = (replica, kind, dot, extra = {}) => rows.push({
      n: rows.length + 1, t: 1_700_000_000_000_000 + rows.length * 900, replica, kind, ...(dot ? { dot, keys: [`k${dot.slice(2) % 3}`] } : {}), ...extra, state: { ...clocks[replica] } });
    const missing = (replica, dot) => {
      const list = [];
      for (const [id, count] of Object.entries(needs.get(dot))) { for (let n = (clocks[replica][id] ?? 0) + 1; n <= count; n++) { list.push(`${id}#${n}`); } }
      return list;
    };
    const apply = (replica, dot, arrivedAt = undefined) => {
      const [origin, sequence] = dot.split("#").map(Number);
      clocks[replica][origin] = sequence;
      add(replica, "Apply", dot, { arrivedAt });
    };
    for (let step = 0; step < steps; step++) {
      const at = 1 + random(replicas);
      const chance = random(10);
      if (chance < 2) {
        const dot = `${at}#${(clocks[at][at] ?? 0) + 1}`;
        needs.set(dot, { ...clocks[at] });
        clocks[at][at] = (clocks[at][at] ?? 0) + 1;
        add(at, "Write", dot);
        for (let other = 1; other <= replicas; other++) { if (other !== at) { flying.push([other, dot]); } }
      } else if (chance === 2) {
        add(at, "Read", null);
      } else if (flying.length > 0) {
        const [[to, dot]] = flying.splice(random(flying.length), 1);
        if (missing(to, dot).length > 0) {
          add(to, "Buffer", dot, { missing: missing(to, dot), wouldBeVisible: true });
          waiting.push([to, dot, rows.at(-1).t]);
          continue;
        }
        apply(to, dot);
        for (let i; (i = waiting.findIndex(([there, other]) => there === to && missing(there, other).length === 0)) >= 0;) { apply(...waiting.splice(i, 1)[0]); }
      }
    }
    return rows;
  }
}
