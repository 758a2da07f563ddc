// Every event and every verdict as a sentence. Short ones for eyes ("r2#9"), spelled out ones for ears ("written as r2 number 9").
import { cones, path, verdict } from "./cones.js";
import { parseDot } from "./store.js";

export const seconds = milliseconds => milliseconds < 1000 ? `${Math.max(0, Math.round(milliseconds))} ms` : milliseconds < 60_000 ? `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 2 : 1)} s` : `${Math.floor(milliseconds / 60_000)} min ${Math.round(milliseconds % 60_000 / 1000)} s`;
const spelled = milliseconds => milliseconds < 1000 ? `${Math.max(0, Math.round(milliseconds))} milliseconds` : milliseconds < 60_000 ? `${(milliseconds / 1000).toFixed(1)} seconds` : `${Math.floor(milliseconds / 60_000)} minutes ${Math.round(milliseconds % 60_000 / 1000)} seconds`;

const clip = key => key.length <= 24 ? key : `${key.slice(0, 11)}…${key.slice(-11)}`;
export const keysOf = row => row.keys.length === 0 ? "" : row.keys.length <= 3 ? row.keys.map(clip).join(", ") : `${row.keys.slice(0, 3).map(clip).join(", ")} +${row.keys.length - 3}`;
const subject = row => keysOf(row) || "a membership update";
const dotOf = row => row.dot ? `r${row.origin}#${row.sequence}` : "";

/** "r1#1 (x)": a missing dot with its key, if that is known. */
export function named(store, dot, ears = false) {
  const { origin, sequence, key } = parseDot(dot);
  const keys = store.update(key)?.keys ?? [];
  if (ears) { return `r${origin} number ${sequence}${keys.length > 0 ? `, key ${keys.map(clip).join(", ")}` : ""}`; }
  return `r${origin}#${sequence}${keys.length > 0 ? ` (${keys.map(clip).join(", ")})` : ""}`;
}

export function waitsFor(store, row, ears = false) {
  const list = row.missing.slice(0, ears ? 4 : 2).map(dot => named(store, dot, ears));
  const rest = row.missingCount - list.length;
  return list.length === 0 ? "earlier updates" : `${list.join(ears ? " and " : ", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}

/** A piece of a ribbon in one sentence. `clock` tells the time of day of a moment. */
export function pieceWords(store, piece, clock) {
  const count = (amount, what) => amount === 0 ? null : `${amount.toLocaleString("en-US")} ${what}`;
  const ways = [...piece.ways].sort((a, b) => a[0] - b[0]).map(([origin, way]) => `${way.count.toLocaleString("en-US")} of r${origin}${way.timed > 0 ? `, on their way ${seconds(way.lag / way.timed)} in the mean and ${seconds(way.most)} at most` : ""}`);
  const done = [count(piece.writes, "written"), count(piece.applies, "applied"), count(piece.reads, piece.reads === 1 ? "read" : "reads")].filter(Boolean).join(", ") || "nothing new";
  return `r${piece.id}, ${clock(piece.from)} to ${clock(piece.to)}: ${done}${ways.length > 0 ? ` (${ways.join("; ")})` : ""}; ${piece.waiting === 0 ? "nothing waited" : `at most ${piece.waiting.toLocaleString("en-US")} waited`}`;
}

/** One sentence for eyes. `now` is the time up to which an open wait is counted. */
export function title(store, row, now) {
  const who = `r${row.at}`;
  const detail = row.detail ? `: ${row.detail}` : "";
  const waited = row.arrived !== null ? row.time - row.arrived : null;
  switch (row.kind) {
    case "Write": return `${who} wrote ${subject(row)} (${dotOf(row)})`;
    case "Apply": return waited === null ? `${who} applied ${subject(row)} (${dotOf(row)})`
      : `${who} applied ${subject(row)} (${dotOf(row)}) after waiting ${seconds(waited)}${row.waitedFor ? ` for ${named(store, row.waitedFor)}` : ""}`;
    case "Buffer": {
      const end = row.until;
      const state = !end ? `waits for ${waitsFor(store, row)}, ${seconds(now - row.time)} so far`
        : end.kind === "Apply" ? `waited ${seconds(end.time - row.time)} for ${waitsFor(store, row)}`
        : `waited for ${waitsFor(store, row)} until ${end.kind === "Drop" ? "it was dropped" : `${who} went down`}`;
      return `${subject(row)} (${dotOf(row)}) reached ${who} and ${state}${row.ghost ? "; without causal delivery it would have been visible here" : ""}`;
    }
    case "Read": return `${who} answered a read of ${subject(row)}${row.dot ? ` with ${dotOf(row)}` : " with nothing"}`;
    case "Drop": return row.peer ? `${dotOf(row)} from ${who} to r${row.peer} was dropped${detail}` : `${who} dropped ${subject(row)} (${dotOf(row)})${detail}`;
    case "Duplicate": return `${who} ignored ${dotOf(row)}, which it has`;
    case "SiblingMade": return `${who} keeps siblings of ${subject(row)}: ${dotOf(row)} was written without knowing of the other`;
    case "SiblingResolved": return `${who} resolved the siblings of ${subject(row)} with ${dotOf(row)}`;
    case "Kill": return `${who} was killed${detail}`;
    case "Stop": return `${who} was stopped${detail}`;
    case "Restart": return `${who} was started again${detail}`;
    case "Join": return `${row.peer ? `r${row.peer}` : who} joined, seen by ${who}${detail}`;
    case "Leave": return `${row.peer ? `r${row.peer}` : who} left, seen by ${who}${detail}`;
    case "LinkChanged": return `link ${who}→r${row.peer}${detail}`;
    case "Thinned": return `so much happens that of the ordinary updates ${who} tells only ${row.detail} from here on`;
    case "Whole": return `${who} tells every update again`;
    case "Gap": return `${row.lost.toLocaleString("en-US")} events ${row.at ? `of ${who} ` : ""}are not drawn here${detail}`;
    default: return `${who}: ${row.kind} ${dotOf(row)}${detail}`;
  }
}

/** The same for ears. */
export function sentence(store, row, now) {
  const who = `r${row.at}`;
  const what = keysOf(row) || "a membership update";
  const written = row.dot ? `, written as r${row.origin} number ${row.sequence},` : "";
  switch (row.kind) {
    case "Write": return `${who} wrote ${what} as r${row.origin} number ${row.sequence}.`;
    case "Apply": return `${who} applied ${what}${written}${row.arrived !== null ? ` after waiting ${spelled(row.time - row.arrived)}${row.waitedFor ? ` for ${named(store, row.waitedFor, true)}` : ""}` : " at once"}.`;
    case "Buffer": {
      const end = row.until;
      const state = !end ? `waits for ${waitsFor(store, row, true)}`
        : end.kind === "Apply" ? `waited ${spelled(end.time - row.time)} for ${waitsFor(store, row, true)}`
        : `waited for ${waitsFor(store, row, true)} until ${end.kind === "Drop" ? "it was dropped" : `${who} went down`}`;
      return `${what}${written} reached ${who} and ${state}.${row.ghost ? " Without causal delivery it would have been visible here." : ""}`;
    }
    default: return `${title(store, row, now)}.`;
  }
}

const did = (row, at) => ({
  Write: `${row.keys.length > 0 ? keysOf(row) : "the membership update"} at r${row.at}`,
  Apply: `r${row.at} applying ${dotOf(row)}`,
  Buffer: `${dotOf(row)} reaching r${row.at}`,
  Read: `the read at r${row.at}`,
}[row.kind] ?? `${row.kind} at r${row.at}`) + (at ? ` (${at(row)})` : "");

/** The verdict on two events and the causal path between them, as one sentence. `clock` writes a row's time of day. */
export function relation(store, a, b, clock) {
  switch (verdict(a, b)) {
    case "same": return { word: "same", text: "This is the pinned event itself.", steps: [a] };
    case "before": return { word: "before", ...because(store, a, b, clock) };
    case "after": return { word: "after", ...because(store, b, a, clock) };
    default: {
      const unknown = (from, at) => from.kind === "Write" ? `r${at.at} had not applied r${from.at}#${from.sequence}` : `r${at.at} had applied nothing that r${from.at} wrote from then on`;
      return {
        word: "concurrent", steps: [],
        text: `${did(a)} and ${did(b)} are concurrent: neither could have known of the other. When they happened, ${unknown(a, b)}, and ${unknown(b, a)}.`,
      };
    }
  }
}

function because(store, first, second, clock) {
  const found = path(store, first, second);
  const head = `${did(first)} happened before ${did(second)}, because `;
  if (!found.carried) { return { steps: found.steps, text: `${head}both happened at r${first.at}, in this order.` }; }
  const { carried, applied, read } = found;
  const at = row => clock ? ` (${clock(row)})` : "";
  const parts = [];
  if (first.kind !== "Write") { parts.push(`r${first.at} went on to write r${carried.origin}#${carried.sequence}${found.write ? at(found.write) : ""}`); }
  const what = applied && keysOf(applied) ? `${keysOf(applied)}, r${carried.origin}#${carried.sequence},` : `r${carried.origin}#${carried.sequence}`;
  if (applied === second) {
    parts.push(`that is where r${second.at} applied it${at(applied)}`);
  } else {
    parts.push(`r${second.at} applied ${what}${applied ? at(applied) : " before the events that are kept"}`);
    if (read) { parts.push(`a client read it${at(read)}`); }
    parts.push({
      Write: `then wrote ${keysOf(second) || "a membership update"}${at(second)}`,
      Read: `then answered the read${at(second)}`,
      Apply: `then applied ${dotOf(second)}${at(second)}`,
    }[second.kind] ?? `and this came later there${at(second)}`);
  }
  return { steps: found.steps, text: `${head}${parts.join(", ")}.` };
}

/** "past 4 writes · future 3 events · concurrent 2 events". */
export function counts(store, row) {
  const cone = cones(store, row);
  const number = (count, one) => `${count.toLocaleString("en-US")} ${one}${count === 1 ? "" : "s"}`;
  return { cone, text: `past ${number(cone.writes, "write")} · future ${number(cone.after, "event")} · concurrent ${number(cone.concurrent, "event")}` };
}
