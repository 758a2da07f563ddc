// Events in the address: by what they are, because their numbers are those of one process of the dashboard. "r3:Apply:2#9", or, of
// what has no update, "r3:Kill@" and its time in microseconds.

export function nameOf(store, row) {
  return row.dot ? `r${row.at}:${row.kind}:${row.origin}#${row.sequence}` : `r${row.at}:${row.kind}@${Math.round(store.zero + row.time * 1000)}`;
}

export function rowOf(store, name) {
  const found = /^r(\d+):(\w+)(?::(\d+)#(\d+)|@(\d+))$/.exec(name ?? "");
  if (!found || store.zero === null) { return null; }
  const [, at, kind, origin, sequence, t] = found;
  const rows = store.lanes.get(Number(at))?.rows ?? [];
  return rows.find(row => row.kind === kind && (origin ? row.origin === Number(origin) && row.sequence === Number(sequence) : Math.round(store.zero + row.time * 1000) === Number(t))) ?? null;
}
