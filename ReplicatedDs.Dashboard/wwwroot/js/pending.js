// The delivery buffers: one row per waiting update, the oldest first, with the exact dots that it waits for.
import { age, element, mark, number, setText } from "./dom.js";

export class PendingTable {
  #host;
  #rows = new Map(); // "replica/dot" -> { row, cells }
  #body = null;

  constructor(host) { this.#host = host; }

  draw(view, now) {
    const waiting = [];
    const hidden = [];
    for (const replica of view.replicas) {
      if (replica.id === null) { continue; }
      for (const update of replica.pending) { waiting.push({ replica, update }); }
      if (replica.pendingCount > replica.pending.length) { hidden.push(`${number(replica.pendingCount - replica.pending.length)} more at ${replica.label}`); }
    }

    waiting.sort((a, b) => Date.parse(a.update.arrivedAt) - Date.parse(b.update.arrivedAt) || a.replica.id - b.replica.id);
    if (waiting.length === 0) {
      this.#rows.clear();
      this.#body = null;
      const history = view.prevented > 0 ? ` ${number(view.prevented)} waited so far, each until its cause was there.` : "";
      const answers = view.replicas.some(replica => replica.id !== null && replica.staleSince === null && replica.clock !== null);
      const text = answers
        ? `Nothing is waiting. Every update that has arrived is visible.${history}`
        : "No replica answers, so it is not known what waits.";
      if (this.#host.textContent !== text) { this.#host.replaceChildren(element("p", { class: answers ? "empty good" : "empty" }, text)); }
      return;
    }

    if (!this.#body) { this.#build(); }
    const wanted = new Set();
    let previous = null;
    for (const { replica, update } of waiting) {
      const key = `${replica.id}/${update.dot}`;
      wanted.add(key);
      const entry = this.#rows.get(key) ?? this.#add(key, replica, update);
      this.#fill(entry, replica, update, now);

      // A row under the pointer or with focus keeps its place.
      const place = previous ? previous.nextSibling : this.#body.firstChild;
      if (place !== entry.row && !entry.row.matches(":hover, :focus-within")) { this.#body.insertBefore(entry.row, place); }
      previous = entry.row;
    }

    for (const [key, entry] of this.#rows) {
      if (!wanted.has(key)) {
        entry.row.remove();
        this.#rows.delete(key);
      }
    }

    setText(this.#host.querySelector(".more"), hidden.length > 0 ? `Shown are the oldest; ${hidden.join(", ")}.` : "");
  }

  tick(now) {
    for (const entry of this.#rows.values()) { this.#showAge(entry, now); }
  }

  #build() {
    this.#rows.clear();
    this.#body = element("tbody", { role: "rowgroup" });
    const columns = ["at", "update", "keys", "waits for", "why", "age"];
    this.#host.replaceChildren(
      element("table", { class: "cards pending", role: "table" },
        element("caption", { class: "hidden-text" }, "Updates that wait in the delivery buffers, the oldest first"),
        element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, ...columns.map(name => element("th", { scope: "col", role: "columnheader", class: name === "age" ? "number" : null }, name)))),
        this.#body),
      element("p", { class: "hint more" }));
  }

  #add(key, replica, update) {
    const cell = (label, extra = {}) => element("td", { role: "cell", "data-label": label, ...extra });
    const cells = { keys: cell("keys"), missing: cell("waits for", { class: "missing" }), why: cell("why"), age: cell("age", { class: "number" }) };
    const row = element("tr", { role: "row", "data-pending": update.dot, "data-at": replica.id },
      element("th", { scope: "row", role: "rowheader" }, mark(replica.id), ` ${replica.label}`),
      element("td", { role: "cell", "data-label": "update", class: "figure" }, mark(update.origin), ` r${update.dot}`),
      cells.keys, cells.missing, cells.why, cells.age);
    const entry = { row, cells, arrivedAt: Date.parse(update.arrivedAt) };
    this.#rows.set(key, entry);
    return entry;
  }

  #fill(entry, replica, update, now) {
    setText(entry.cells.keys, update.keys.join(", "));
    const rest = update.missingCount - update.missing.length;
    const shown = update.missing.slice(0, 8).map(dot => `r${dot}`).join(", ");
    const more = rest + Math.max(0, update.missing.length - 8);
    setText(entry.cells.missing, more > 0 ? `${shown} +${number(more)}` : shown || "–");
    setText(entry.cells.why, update.reason === "gap" ? `${update.why} (gap)` : update.why);
    entry.row.classList.toggle("stale", replica.staleSince !== null);
    this.#showAge(entry, now);
  }

  #showAge(entry, now) {
    const waited = now - entry.arrivedAt;
    setText(entry.cells.age, `${waited >= 10_000 ? "⚠ " : waited >= 1000 ? "◔ " : ""}${age(waited)}`);
    entry.cells.age.dataset.step = waited >= 10_000 ? "3" : waited >= 1000 ? "2" : waited >= 100 ? "1" : "0";
  }
}
