// What is known of the event under the pointer or the focus, in sentences; with a pinned event also how the two relate.
import { element, mark, setText } from "../dom.js";
import { clockTime } from "./twin.js";
import { counts, pieceWords, relation, title } from "./words.js";

export class Inspector {
  #host;
  #store;
  #last = "";

  #follow;

  constructor(host, store, follow) {
    this.#host = host;
    this.#store = store;
    this.#follow = follow;
  }

  /** Answers the rows of the causal path between pin and subject. */
  draw(subject, pin, now, piece = null) {
    const store = this.#store;
    const row = subject ?? pin;
    if (piece && !subject) {
      const words = pieceWords(store, piece, time => clockTime(store, { time }));
      if (this.#last !== words) { this.#host.replaceChildren(element("p", { class: "what-line" }, mark(piece.id), " ", element("strong", { class: "what" }, words))); }
      this.#last = words;
      return [];
    }
    if (!row) {
      if (this.#last !== "none") { this.#host.replaceChildren(element("p", { class: "hint" }, "Point at an event, or walk with the arrow keys: its past and its future are lit, everything else is concurrent. Click one to pin it and compare it with another.")); }
      this.#last = "none";
      return [];
    }
    const related = pin && subject && pin !== subject ? relation(store, pin, subject, other => clockTime(store, other)) : null;
    const summary = counts(store, row);
    const key = `${row.n}/${pin?.n ?? ""}/${summary.text}/${row.until?.n ?? ""}/${row.kind === "Buffer" && !row.until ? Math.floor(now / 250) : ""}`;
    if (key === this.#last) { return related?.steps ?? []; }
    const isSame = this.#last.split("/").slice(0, 2).join("/") === key.split("/").slice(0, 2).join("/");
    this.#last = key;
    if (isSame) {
      setText(this.#host.querySelector(".what"), title(store, row, now));
      setText(this.#host.querySelector(".cone-counts"), summary.text);
      return related?.steps ?? [];
    }
    const clock = row.clock.map((count, id) => [id, count]).filter(([id]) => id > 0);
    const clockText = clock.length === 0 ? "knows of no write" : element("span", { class: "clock", "aria-label": `clock: ${clock.map(([id, count]) => `r${id} ${count}`).join(", ")}` }, "⟨",
      ...clock.flatMap(([id, count], i) => [i > 0 ? " · " : "", element("span", { class: id === row.at ? "own" : null }, `r${id}:${count}`)]), "⟩");
    this.#host.replaceChildren(...[
      element("p", { class: "what-line" }, mark(row.at), " ", element("strong", { class: "what", "data-inspected": row.n }, title(store, row, now))),
      element("p", { class: "facts" }, element("span", { class: "figure" }, clockTime(store, row)), " · ", element("span", { class: "cone-counts" }, summary.text), " · ", clockText,
        row.trace ? element("a", { href: `/traces/${row.trace}`, "data-enhance-nav": "false" }, "Trace of this update") : null, ...this.#ways(row)),
      pin ? element("p", { class: "pinned" }, element("span", { class: "pin-letter" }, "A"), ` pinned: ${title(store, pin, now)}`) : null,
      related ? element("p", { class: "verdict-line", "data-verdict": related.word }, element("strong", {}, { before: "A happened before this. ", after: "This happened before A. ", concurrent: "Concurrent. ", same: "" }[related.word]), related.text, element("span", { class: "witnesses" }, " ", ...witnesses(pin, subject))) : null,
    ].filter(Boolean));
    return related?.steps ?? [];
  }

  /** Ways to follow what the event is about. */
  #ways(row) {
    const way = (text, what) => {
      const button = element("button", { type: "button", class: "plain-button follow", "data-follow": what }, text);
      button.addEventListener("click", () => this.#follow(what));
      return button;
    };
    return [
      row.keys.length > 0 ? way("Follow the key", `key:${row.keys[0]}`) : null,
      row.dot ? way("Follow the update", `update:r${row.origin}#${row.sequence}`) : null,
      row.trace ? way("Follow the trace", `trace:${row.trace}`) : null,
    ].filter(Boolean);
  }
}

/** The entries of two clocks that differ: they prove the verdict. */
function witnesses(a, b) {
  const more = (one, other) => Object.keys(one).filter(id => (one[id] ?? 0) > (other[id] ?? 0)).map(id => `r${id} ${one[id]} > ${other[id] ?? 0}`);
  const part = (who, list) => list.length === 0 ? [`${who} knows nothing more`] : [`${who} knows more: `, element("strong", { class: "figure" }, list.join(", "))];
  return ["(", ...part("A", more(a.clock, b.clock)), "; ", ...part("this", more(b.clock, a.clock)), ")"];
}
