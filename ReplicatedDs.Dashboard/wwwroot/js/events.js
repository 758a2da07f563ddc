// The newest events as sentences, the newest first.
import { element, mark, number, timeOfDay } from "./dom.js";

const Shown = 100;

function sentence(event) {
  const who = `r${event.replica}`;
  const update = event.dot ? `r${event.dot}` : "an update";
  const keys = event.keys.length > 0 ? ` (${event.keys.slice(0, 4).join(", ")}${event.keys.length > 4 ? "…" : ""})` : "";
  const peer = event.peer ? `r${event.peer}` : "a peer";
  const detail = event.detail ? `: ${event.detail}` : "";
  switch (event.kind) {
    case "Write": return `${who} wrote ${event.keys.join(", ") || "an update"} as ${update}`;
    case "Send": return `${who} sent ${update}${keys} to ${peer}`;
    case "Arrive": return `${update}${keys} arrived at ${who}${event.peer ? ` from ${peer}` : ""}`;
    case "Buffer": return `${who} buffered ${update}${keys}: it waits for ${event.missing.map(dot => `r${dot}`).join(", ") || "earlier updates"}${event.missingCount > event.missing.length ? ` and ${event.missingCount - event.missing.length} more` : ""}${event.wouldBeVisible ? "; without causal delivery it would show now" : ""}`;
    case "Apply": return `${who} applied ${update}${keys}`;
    case "Read": return `${who} answered a read${keys}${event.dot ? ` with ${update}` : ""}`;
    case "Drop": return `${who} dropped ${update}${keys}${detail}`;
    case "Duplicate": return `${who} ignored ${update}, which it has`;
    case "Join": return `${event.peer ? peer : who} joined${detail}`;
    case "Leave": return `${event.peer ? peer : who} left${detail}`;
    case "Kill": return `${who} was killed${detail}`;
    case "Stop": return `${who} was stopped${detail}`;
    case "Restart": return `${who} was started again${detail}`;
    case "LinkChanged": return `link ${who}→${peer} changed${detail}`;
    case "SiblingMade": return `${who} keeps siblings${keys}: ${update} was written without knowing of the other`;
    case "SiblingResolved": return `${who} resolved the siblings${keys} with ${update}`;
    case "Thinned": return `So much happens that of the ordinary updates ${who} tells only ${event.detail} from here on`;
    case "Whole": return `${who} tells every update again`;
    case "Stable": return `${who} knows more to be stable${detail}`;
    case "Gap": return `${who} reported ${number(event.lost ?? 0)} events too late to be recorded here`;
    default: return `${who}: ${event.kind}${event.dot ? ` ${update}` : ""}${keys}${detail}`;
  }
}

export class EventList {
  #host;
  #events = [];
  #lost = 0;
  #drawn = "";

  constructor(host) { this.#host = host; }

  add(batch) {
    this.#lost += batch.lost;

    // After the dashboard was started anew its numbers begin again.
    if (batch.events.length > 0 && this.#events.length > 0 && batch.events[0].n <= this.#events[this.#events.length - 1].n) { this.#events = []; }
    this.#events.push(...batch.events);
    this.#events.splice(0, Math.max(0, this.#events.length - Shown));
  }

  /** Draws the newest, or those of an earlier moment. */
  draw(past = null) {
    const shown = past ?? this.#events;
    const drawn = `${past !== null}/${shown.at(-1)?.n ?? 0}`;
    if (drawn === this.#drawn) { return; }
    this.#drawn = drawn;
    if (shown.length === 0) {
      this.#host.replaceChildren(element("p", { class: "empty" }, past ? "Nothing had happened yet." : "Nothing has happened yet. Write a value above, and what it causes appears here."));
      return;
    }

    const items = shown.toReversed().map(event => element("li", { "data-event": event.kind, "data-dot": event.dot },
      element("time", {}, timeOfDay(event.t / 1000)), event.replica > 0 ? mark(event.replica) : null, element("span", {}, sentence(event))));
    const lost = this.#lost > 0 && past === null ? element("p", { class: "hint" }, `${number(this.#lost)} events were not sent to this view, because they came too fast.`) : null;
    this.#host.replaceChildren(...[lost, element("ol", { class: "events" }, ...items)].filter(part => part));
  }
}
