// The clock matrix: rows are replicas, columns whose writes. Cells are updated in place; the table is built anew only when replicas
// or columns change.
import { age, element, mark, number, setText } from "./dom.js";

const ChangeShownFor = 1000;
const BusyFrom = 5; // More changes in a second than this would flash: the mark stands still instead.

export class ClockMatrix {
  #host;
  #shape = "";
  #cells = new Map(); // "row/column" -> { cell, value, changes: [{ at, by }] }

  constructor(host) { this.#host = host; }

  draw(view, now) {
    const rows = view.replicas.filter(replica => replica.id !== null);
    if (rows.length === 0) {
      this.#shape = "";
      this.#host.replaceChildren(element("p", { class: "empty" }, "No replica has an identity yet, so there are no clocks."));
      return;
    }

    const shape = JSON.stringify([rows.map(row => row.id), view.columns]);
    if (shape !== this.#shape) {
      this.#shape = shape;
      this.#build(rows, view);
    }

    const newest = {};
    for (const column of view.columns) { newest[column] = Math.max(0, ...rows.map(row => row.clock?.[column] ?? 0)); }
    for (const row of rows) { this.#drawRow(row, view.columns, newest, now); }
  }

  /** Takes away the change marks that are old enough. */
  tick(now) {
    for (const entry of this.#cells.values()) { this.#showChange(entry, now); }
  }

  #build(rows, view) {
    this.#cells.clear();
    const names = new Set(rows.map(row => row.id));
    const head = element("tr", {},
      element("th", { scope: "col", class: "corner" }, "at\\of"),
      ...view.columns.map(id => element("th", { scope: "col" }, mark(id), ` r${id}`, names.has(id) ? null : element("span", { class: "hint" }, " (left)"))),
      element("th", { scope: "col", class: "verdict" }, "verdict"));
    const body = rows.map(row => {
      const cells = view.columns.map(id => {
        const parts = { value: element("span", { class: "value" }), behind: element("span", { class: "behind" }), change: element("span", { class: "change" }) };
        const cell = element("td", { class: row.id === id ? "own" : null, "data-cell": `${row.id}-${id}` }, parts.value, parts.change, parts.behind);
        this.#cells.set(`${row.id}/${id}`, { cell, ...parts, last: null, changes: [] });
        return cell;
      });
      const verdict = element("td", { class: "verdict" });
      this.#cells.set(`${row.id}/verdict`, { cell: verdict, changes: [] });
      return element("tr", { "data-clock": row.id }, element("th", { scope: "row" }, mark(row.id), ` r${row.id}`), ...cells, verdict);
    });
    const table = element("table", { class: "clocks" },
      element("caption", { class: "hidden-text" }, "Vector clocks: rows are replicas, columns whose writes they have applied"),
      element("thead", {}, head), element("tbody", {}, ...body));
    const verdicts = element("ul", { class: "verdicts", "aria-hidden": "true" }, ...rows.map(row => element("li", { "data-verdict": row.id })));
    this.#host.replaceChildren(element("div", { class: "scroll", tabindex: "0", role: "region", "aria-labelledby": "clocks-title" }, table), verdicts);
  }

  #drawRow(row, columns, newest, now) {
    for (const id of columns) {
      const entry = this.#cells.get(`${row.id}/${id}`);
      const value = row.clock ? row.clock[id] ?? 0 : null;
      if (entry.last !== null && value !== null && value > entry.last) { entry.changes.push({ at: now, by: value - entry.last }); }
      entry.last = value;
      setText(entry.value, value === null ? "?" : number(value));
      const behind = value === null || id === row.id ? 0 : newest[id] - value;
      setText(entry.behind, behind > 0 ? ` −${number(behind)}` : "");
      entry.cell.dataset.heat = behind === 0 ? "0" : behind < 10 ? "1" : behind < 100 ? "2" : "3";
      entry.cell.title = value === null
        ? `${row.label} was not heard yet`
        : `${row.label} has applied ${number(value)} of r${id}'s writes` + (behind > 0 ? `; next needed r${id}#${value + 1}` : "");
      this.#showChange(entry, now);
    }

    const stale = row.staleSince ? `${row.state}, from ${age(now - Date.parse(row.staleSince))} ago` : null;
    const verdict = stale ? `${row.verdict} (${stale})` : row.verdict;
    const entry = this.#cells.get(`${row.id}/verdict`);
    setText(entry.cell, verdict);
    entry.cell.parentElement.classList.toggle("stale", stale !== null);
    setText(this.#host.querySelector(`[data-verdict="${row.id}"]`), `${row.label}: ${verdict}`);
  }

  #showChange(entry, now) {
    if (!entry.change) { return; }
    entry.changes = entry.changes.filter(change => now - change.at < ChangeShownFor);
    const busy = entry.changes.length >= BusyFrom - 1;
    const sum = entry.changes.reduce((total, change) => total + change.by, 0);
    setText(entry.change, busy ? " ▲" : sum > 0 ? ` ▲${number(sum)}` : "");
    entry.cell.classList.toggle("changed", sum > 0 && !busy);
    entry.cell.classList.toggle("busy", busy);
  }
}
