// The diagram without the picture: a list of sentences that carries the focus for the keyboard and for screen readers, and a table.
import { age, element, mark, number, setText, timeOfDay } from "../dom.js";
import { position } from "./cones.js";
import { rateOf } from "./ribbons.js";
import { keysOf, sentence, title, waitsFor } from "./words.js";

const ItemsMax = 200;

export class Twin {
  #store;
  #list;
  #table;
  #items = [];
  #texts = "";

  constructor(store, list, table) {
    this.#store = store;
    this.#list = list;
    this.#table = table;
  }

  /** Shows the neighbourhood of the focus, or else the newest events up to a time. */
  draw({ focus, until, shown, now, wantsTable, ribbons }) {
    const rows = this.#choose(focus, until, shown);
    this.#drawList(rows, focus, now);
    this.#table.hidden = !wantsTable;
    if (wantsTable) { this.#drawTable(rows, now, ribbons); }
  }

  #choose(focus, until, shown) {
    const all = this.#store.rows;
    const rows = [];
    let i = focus ? Math.min(all.length - 1, position(all, focus) + ItemsMax / 2) : all.length - 1;
    for (; i >= 0 && rows.length < ItemsMax; i--) {
      if (all[i].at > 0 && all[i].time <= until && shown(all[i])) { rows.push(all[i]); }
    }
    return rows.reverse();
  }

  #drawList(rows, focus, now) {
    while (this.#items.length < rows.length) {
      const item = element("div", { role: "option", "aria-selected": "false" });
      this.#items.push(item);
      this.#list.append(item);
    }
    while (this.#items.length > rows.length) { this.#items.pop().remove(); }
    rows.forEach((row, i) => {
      const item = this.#items[i];
      const version = `${row.n}/${row.until?.n ?? ""}/${row.keys.length}`;
      if (item.dataset.version !== version || row === focus) {
        item.dataset.version = version;
        item.id = `event-${row.n}`;
        Object.assign(item.dataset, { n: row.n, kind: row.kind, at: row.at, dot: row.dot ? `${row.origin}#${row.sequence}` : "", ghost: row.ghost, waiting: row.kind === "Buffer" && row.until === null });
        setText(item, sentence(this.#store, row, now));
      }
      item.setAttribute("aria-selected", String(row === focus));
    });
    // A listbox without options would be an error to a screen reader.
    this.#list.setAttribute("role", rows.length > 0 ? "listbox" : "group");
    if (focus && rows.includes(focus)) { this.#list.setAttribute("aria-activedescendant", `event-${focus.n}`); }
    else { this.#list.removeAttribute("aria-activedescendant"); }
  }

  #drawTable(rows, now, ribbons) {
    const sums = ribbons ? [...ribbons].map(([id, pieces]) => [id, ...sum(pieces)]) : [];
    const texts = rows.map(row => `${row.n}/${row.until?.n ?? ""}`).join() + sums.join();
    if (texts === this.#texts) { return; }
    this.#texts = texts;
    const body = rows.toReversed().map(row => element("tr", { "data-table-event": row.kind },
      element("td", { class: "figure" }, clockTime(this.#store, row)),
      element("th", { scope: "row" }, mark(row.at), ` r${row.at}`),
      element("td", {}, row.kind),
      element("td", { class: "figure" }, row.dot ? `r${row.origin}#${row.sequence}` : ""),
      element("td", {}, keysOf(row)),
      element("td", {}, row.kind === "Buffer" ? waitsFor(this.#store, row) : row.waitedFor ? `r${row.waitedFor}` : ""),
      element("td", {}, title(this.#store, row, now))));
    const ribbon = sums.map(([id, ...figures]) => element("tr", { "data-table-ribbon": id }, element("th", { scope: "row" }, mark(id), ` r${id}`), ...figures.map(text => element("td", { class: "figure" }, text))));
    this.#table.replaceChildren(...(sums.length === 0 ? [] : [element("table", {},
      element("caption", {}, "The ribbons of this window"),
      element("thead", {}, element("tr", {}, ...["at", "written", "applied", "reads", "at most a second", "on their way, mean", "on their way, at most", "at most waiting"].map(name => element("th", { scope: "col" }, name)))),
      element("tbody", {}, ...ribbon))]), element("table", {},
      element("caption", { class: "hidden-text" }, `The events of the diagram, the newest first, at most ${ItemsMax}`),
      element("thead", {}, element("tr", {}, ...["time", "at", "event", "update", "keys", "waits for", "in words"].map(name => element("th", { scope: "col" }, name)))),
      element("tbody", {}, ...body)));
  }
}

/** A ribbon in figures. */
function sum(pieces) {
  const ways = pieces.flatMap(piece => [...piece.ways.values()]);
  const total = (list, what) => list.reduce((all, one) => all + what(one), 0);
  const most = (list, what) => list.reduce((all, one) => Math.max(all, what(one)), 0);
  const timed = total(ways, way => way.timed);
  return [number(total(pieces, piece => piece.writes)), number(total(pieces, piece => piece.applies)), number(total(pieces, piece => piece.reads)), number(Math.round(most(pieces, rateOf))),
    timed > 0 ? age(total(ways, way => way.lag) / timed) : "–", timed > 0 ? age(most(ways, way => way.most)) : "–", number(most(pieces, piece => piece.waiting))];
}

/** A row's time of day, to the millisecond. */
export function clockTime(store, row) {
  const milliseconds = (store.zero ?? 0) / 1000 + row.time;
  return `${timeOfDay(milliseconds).slice(0, 8)}.${String(Math.floor(((milliseconds % 1000) + 1000) % 1000)).padStart(3, "0")}`;
}
