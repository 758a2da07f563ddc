// What is seen, as a file: a picture, the events line by line, or a log for ShiViz. Made in the browser from the rows that are held.
import { svg } from "./svg.js";
import { title } from "./words.js";

const ShiVizMax = 5000; // Its parser takes quadratic time.

/** The rows of the window that are shown, by time; on a lifeline their order stays. */
export function rowsOf(diagram) {
  const { store, viewport } = diagram;
  return store.rows.filter(row => row.at > 0 && diagram.axis(row) >= viewport.start && diagram.axis(row) <= viewport.newest && diagram.isShown(row)).sort((a, b) => a.time - b.time || a.n - b.n);
}

const moment = (store, row) => new Date((store.zero ?? 0) / 1000 + row.time).toISOString();
const dotOf = row => row.dot ? `r${row.origin}#${row.sequence}` : null;

/** One JSON object a line. */
export function jsonLines(diagram) {
  const { store } = diagram;
  return rowsOf(diagram).map(row => JSON.stringify({
    time: moment(store, row), replica: `r${row.at}`, kind: row.kind, dot: dotOf(row) ?? undefined, keys: row.keys.length > 0 ? row.keys : undefined,
    peer: row.peer ? `r${row.peer}` : undefined, missing: row.missing.length > 0 ? row.missing.map(dot => `r${dot}`) : undefined,
    wouldBeVisible: row.ghost || undefined, waitedMs: row.arrived !== null ? row.time - row.arrived : undefined, waitedFor: row.waitedFor ? `r${row.waitedFor}` : undefined,
    trace: row.trace ?? undefined, detail: row.detail ?? undefined,
    clock: row.clock ? Object.fromEntries(row.clock.map((count, id) => [`r${id}`, count]).filter(entry => entry && entry[1] > 0)) : undefined,
  })).join("\n") + "\n";
}

/**
 * A log that ShiViz reads as it is, with a second execution: what a store would have done that applies on arrival. ShiViz wants a clock
 * that counts every event, so it is not the store's; what an update brings along is taken over when it is applied, not when it arrives.
 */
export function shiViz(diagram) {
  const { store } = diagram;
  const all = rowsOf(diagram);
  const rows = all.slice(0, ShiVizMax);
  const head = [
    "(?<time>\\S*) (?<host>\\S*) (?<type>\\w*) key=(?<key>\\S*) dot=(?<dot>\\S*) trace=(?<traceid>\\S*) (?<clock>{.*}) (?<event>.*)",
    "=== (?<trace>.*) ===",
  ];
  const actual = execution(store, rows, false);
  const counterfactual = rows.some(row => row.kind === "Buffer" && row.ghost) ? ["=== counterfactual: apply on arrival ===", ...execution(store, rows, true)] : [];
  return { text: [...head, "=== causal delivery (as it ran) ===", ...actual, ...counterfactual].join("\n") + "\n", omitted: all.length - rows.length };
}

function execution(store, rows, appliesOnArrival) {
  const known = new Map(); // replica -> its event clock
  const written = new Map(); // update -> the clock of its write
  const early = new Set(); // "update/replica": shown on arrival already
  const lines = [];
  for (const row of rows) {
    const place = `${row.dot}/${row.at}`;
    if (appliesOnArrival && row.kind === "Apply" && early.has(place)) { continue; }
    const violates = appliesOnArrival && row.kind === "Buffer" && row.ghost;
    if (violates) { early.add(place); }
    const clock = known.get(row.at) ?? {};
    known.set(row.at, clock);
    clock[`r${row.at}`] = (clock[`r${row.at}`] ?? 0) + 1;
    let note = "";
    if (row.kind === "Apply" || violates) {
      const brought = written.get(row.dot);
      if (brought) { for (const [host, count] of Object.entries(brought)) { clock[host] = Math.max(clock[host] ?? 0, count); } }
      else { note = " (cause before window)"; }
    }
    if (row.kind === "Write") { written.set(row.dot, { ...clock }); }
    const type = violates ? "VIOLATION" : row.kind.toUpperCase();
    const words = violates ? `r${row.at} shows ${dotOf(row)} BEFORE its cause r${row.missing[0] ?? "?"}` : title(store, row, row.until?.time ?? row.time);
    // ShiViz takes everything between the first and the last brace for the clock.
    const event = (words + note).replace(/[\r\n]+/g, " ").replaceAll("{", "(").replaceAll("}", ")");
    lines.push(`${moment(store, row)} r${row.at} ${type} key=${row.keys.map(encodeURIComponent).join(",") || "-"} dot=${dotOf(row) ?? "-"} trace=${row.trace ?? "-"} ${JSON.stringify(clock)} ${event}`);
  }
  return lines;
}

/** Hands a file to the browser. */
export function save(name, content, type) {
  const address = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** Ties the buttons of the page to the files. */
export function bind(diagram) {
  const stamp = () => new Date().toISOString().slice(0, 19).replaceAll(":", "-");
  const on = (part, make) => diagram.part(part)?.addEventListener("click", make, { signal: diagram.ended.signal });
  const say = text => {
    diagram.part("export-note").textContent = text;
    diagram.announce(text);
  };
  const events = count => `${count.toLocaleString("en-US")} ${count === 1 ? "event" : "events"}`;
  on("export-png", () => diagram.scene.canvas.toBlob(blob => {
    save(`causality-${stamp()}.png`, blob, "image/png");
    say("The picture was saved as it is drawn now.");
  }));
  on("export-svg", () => {
    save(`causality-${stamp()}.svg`, svg(diagram), "image/svg+xml");
    say("The picture was saved as SVG. What it leaves out stands in its footer.");
  });
  on("export-json", () => {
    save(`causality-${stamp()}.jsonl`, jsonLines(diagram), "application/x-ndjson");
    say(`${events(rowsOf(diagram).length)} of this window were saved.`);
  });
  on("export-shiviz", () => {
    const { text, omitted } = shiViz(diagram);
    save(`causality-${stamp()}.shiviz.log`, text, "text/plain");
    say(`Saved for ShiViz.${omitted > 0 ? ` The last ${events(omitted)} of this window are left out: its parser would take too long. Zoom in, or filter by a key.` : ""}`);
  });
}
