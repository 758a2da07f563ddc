// Pointer, keyboard and buttons. Every gesture has a button or a key that does the same.
import { element, mark, setText } from "../dom.js";
import { DefaultWindow } from "./viewport.js";
import { relation, sentence } from "./words.js";
import { clockTime } from "./twin.js";

const DragMin = 4;

export class Controls {
  #d;
  #drag = null;
  #touches = new Map();
  #pinch = null;
  #before = "";

  constructor(diagram) {
    this.#d = diagram;
    const on = (part, type, act) => diagram.part(part).addEventListener(type, act, { signal: diagram.ended.signal });
    on("live", "click", () => this.#live());
    on("zoom-in", "click", () => this.#zoom(0.5));
    on("zoom-out", "click", () => this.#zoom(2));
    on("zoom-reset", "click", () => this.#reset());
    on("earlier", "click", () => this.#pan(-0.5));
    on("later", "click", () => this.#pan(0.5));
    on("all", "click", () => this.#all());
    on("as-table", "change", event => {
      diagram.wantsTable = event.target.checked;
      diagram.twinAt = 0;
      diagram.touch();
    });
    on("logical", "change", event => diagram.setLogical(event.target.checked));
    on("folding", "change", event => diagram.setFolding(event.target.checked));
    on("unfollow", "click", () => diagram.setFollow(null));
    on("search", "change", event => diagram.search(event.target.value, 1));
    on("search-back", "click", () => diagram.search(diagram.part("search").value, -1));
    on("search-on", "click", () => diagram.search(diagram.part("search").value, 1));
    on("filter", "input", event => diagram.setFilter(event.target.value.trim()));
    const plot = diagram.part("plot");
    const listen = (type, act, options = {}) => plot.addEventListener(type, act, { signal: diagram.ended.signal, ...options });
    listen("pointermove", event => this.#move(event));
    listen("pointerdown", event => this.#down(event));
    listen("pointerup", event => this.#up(event));
    listen("pointercancel", event => this.#cancel(event));
    listen("pointerleave", () => this.#hover(null, null));
    listen("dblclick", event => {
      const row = this.#hit(event);
      if (row) { this.#fit(row); } else { this.#enlarge(this.#d.scene.pieceAt(...this.#place(event))); }
    });
    listen("wheel", event => this.#wheel(event), { passive: false });
    diagram.part("twin").addEventListener("keydown", event => this.#key(event), { signal: diagram.ended.signal });
    diagram.part("twin").addEventListener("focus", () => diagram.touch(), { signal: diagram.ended.signal });
    document.addEventListener("keydown", event => this.#global(event), { signal: diagram.ended.signal });
  }

  /** Headings and the choice of lifelines. */
  drawLanes() {
    const d = this.#d;
    const heads = d.part("heads");
    const { geometry } = d;
    heads.replaceChildren(...geometry.ids.map(id => {
      const info = d.store.lanes.get(id)?.info;
      const word = info?.staleSince && info.tone === "ok" ? "not answering" : info?.state ?? "";
      const head = element("div", { class: "lane-head", "data-lane": id, "data-state": info?.state ?? "" },
        element("span", { class: "lane-name" }, mark(id), element("strong", {}, info?.label ?? `r${id}`)),
        element("span", { class: `lane-state tone-${info?.tone ?? "idle"}` }, `${{ ok: "●", error: "⊗", waiting: "◔" }[info?.tone] ?? "○"} ${word}`));
      if (geometry.vertical) { head.style.left = `${geometry.across(id)}px`; } else { head.style.top = `${geometry.across(id)}px`; }
      return head;
    }));
    const choice = d.part("lanes");
    if (choice.dataset.ids !== (d.all ?? []).join()) {
      choice.dataset.ids = (d.all ?? []).join();
      choice.replaceChildren(...(d.all ?? []).map(id => {
        const box = element("input", { type: "checkbox", value: id });
        box.addEventListener("change", () => this.#choose());
        return element("label", { class: "check" }, box, mark(id), `r${id}`);
      }));
    }
    for (const box of choice.querySelectorAll("input")) { box.checked = geometry.has(Number(box.value)); }
    const parked = (d.all ?? []).filter(id => !geometry.has(id));
    setText(d.part("parked"), parked.length > 0 ? `Hidden: ${parked.map(id => `r${id}`).join(", ")}` : "");
  }

  openActions() {
    const actions = this.#d.part("actions");
    actions.open = true;
    actions.scrollIntoView({ block: "nearest" });
    actions.querySelector("input")?.focus();
  }

  clearFilter() {
    this.#d.part("filter").value = "";
    this.#d.setFilter("");
  }

  #choose() {
    const d = this.#d;
    d.chosen = true;
    d.hidden = new Set([...d.part("lanes").querySelectorAll("input")].filter(box => !box.checked).map(box => Number(box.value)));
    d.resize();
  }

  #zoom(factor, along) {
    this.#d.viewport.zoom(factor, along ?? this.#center());
    this.#d.twinAt = 0;
    this.#d.touch();
  }

  #center() {
    const focus = this.#d.scene.focus;
    return focus ? this.#d.viewport.toAlong(this.#d.axis(focus)) : this.#d.viewport.head / 2;
  }

  #reset() {
    const { viewport, scene } = this.#d;
    viewport.zoom((this.#d.logical ? 40 : DefaultWindow) / viewport.window, scene.focus ? viewport.toAlong(this.#d.axis(scene.focus)) : viewport.head / 2);
    this.#d.touch();
  }

  #pan(share) {
    const { viewport } = this.#d;
    viewport.pan(viewport.length * share);
    this.#d.twinAt = 0;
    this.#d.touch();
  }

  #all() {
    const { store, viewport } = this.#d;
    if (store.rows.length === 0) { return; }
    if (this.#d.logical) { viewport.fit(0, this.#d.depth.newest + 1); } else { viewport.fit(store.axis.at(store.rows[0].time), store.axis.at(Math.max(store.lastTime, store.rows[0].time + 1))); }
    this.#d.twinAt = 0;
    this.#d.touch();
  }

  #fit(row) {
    if (!row) { return; }
    const write = this.#d.store.update(row.dot)?.write;
    if (this.#d.logical) {
      this.#d.viewport.fit(write?.depth ?? row.depth, (row.until ?? row).depth + 1);
    } else {
      const from = Math.min(row.time, write?.time ?? row.time, row.arrived ?? row.time);
      const { axis } = this.#d.store;
      this.#d.viewport.fit(axis.at(from), axis.at(Math.max(row.time, row.until?.time ?? row.time, from + 1)));
    }
    this.#d.touch();
  }

  /** A piece of a ribbon becomes the window, with some of what is beside it. */
  #enlarge(piece) {
    const { axis } = this.#d.store;
    if (piece) { this.#d.viewport.fit(axis.at(piece.from - 1000), axis.at(piece.to + 1000)); }
    this.#d.touch();
  }

  #place(event) {
    const box = this.#d.scene.canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    return this.#d.geometry.vertical ? [y, x] : [x, y];
  }

  #hit(event) {
    const [along, across] = this.#place(event);
    return this.#d.scene.hit(along, across, event.pointerType === "touch" ? 22 : 9);
  }

  #hover(row, piece) {
    if (this.#d.scene.hover === row && this.#d.scene.piece === piece) { return; }
    this.#d.scene.hover = row;
    this.#d.scene.piece = piece;
    this.#d.part("plot").style.cursor = row ? "pointer" : "";
    this.#d.touch();
  }

  #move(event) {
    if (event.pointerType === "touch") {
      this.#touchMove(event);
      return;
    }
    const [along, across] = this.#place(event);
    if (this.#drag) {
      if (this.#drag.moved || Math.abs(along - this.#drag.start) >= DragMin) {
        this.#drag.moved = true;
        this.#d.viewport.pan(this.#drag.last - along);
        this.#drag.last = along;
        this.#d.touch();
      }
      return;
    }
    const row = this.#hit(event);
    this.#hover(row, row ? null : this.#d.scene.pieceAt(along, across));
  }

  #down(event) {
    if (event.pointerType === "touch") {
      this.#touches.set(event.pointerId, { x: event.clientX, y: event.clientY, moved: false });
      this.#pinch = null;
      return;
    }
    if (event.button !== 0) { return; }
    const [along] = this.#place(event);
    this.#drag = { start: along, last: along, moved: false };
    this.#d.part("plot").setPointerCapture(event.pointerId);
  }

  #up(event) {
    if (event.pointerType === "touch") {
      const touch = this.#touches.get(event.pointerId);
      this.#touches.delete(event.pointerId);
      this.#pinch = null;
      if (touch && !touch.moved && this.#touches.size === 0) {
        // The first tap shows, a second one on the same event pins.
        const row = this.#hit(event);
        if (row && row === this.#d.scene.focus) { this.#d.pin(row); } else if (row) { this.#d.focusOn(row); } else { this.#clear(); }
      }
      return;
    }
    const drag = this.#drag;
    this.#drag = null;
    if (!drag || drag.moved) { return; }
    const row = this.#hit(event);
    if (row) { this.#d.pin(row); } else { this.#clear(); }
    this.#d.part("twin").focus({ preventScroll: true });
  }

  #cancel(event) {
    this.#touches.delete(event.pointerId);
    this.#drag = null;
    this.#pinch = null;
  }

  /** Two fingers move and stretch time; one finger belongs to the page. */
  #touchMove(event) {
    const touch = this.#touches.get(event.pointerId);
    if (!touch) { return; }
    if (Math.hypot(event.clientX - touch.x, event.clientY - touch.y) > 8) { touch.moved = true; }
    if (this.#touches.size !== 2) { return; }
    Object.assign(touch, { x: event.clientX, y: event.clientY, moved: true });
    const [a, b] = [...this.#touches.values()];
    const distance = Math.hypot(a.x - b.x, a.y - b.y);
    const [along] = this.#place({ clientX: (a.x + b.x) / 2, clientY: (a.y + b.y) / 2 });
    if (this.#pinch) {
      this.#d.viewport.pan(this.#pinch.along - along);
      this.#d.viewport.zoom(this.#pinch.distance / Math.max(20, distance), along);
      this.#d.touch();
    }
    this.#pinch = { distance: Math.max(20, distance), along };
  }

  #wheel(event) {
    event.preventDefault();
    const [along] = this.#place(event);
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) { this.#d.viewport.pan(event.deltaX || event.deltaY); }
    else { this.#d.viewport.zoom(Math.exp(Math.max(-200, Math.min(200, event.deltaY)) * 0.0015), along); }
    this.#d.touch();
  }

  #clear() {
    this.#d.scene.focus = null;
    this.#d.scene.hover = null;
    this.#d.scene.pin = null;
    this.#d.scene.chain = [];
    this.#d.wanted = null;
    this.#d.twinAt = 0;
    this.#d.touch();
  }

  /** The shell's pause button freezes this view too, so that there is one state on the page. */
  #togglePause() { document.getElementById("pause").click(); }

  #live() {
    document.dispatchEvent(new CustomEvent("replicated-ds:live"));
    this.#d.live();
  }

  /** Works wherever the focus is, except where text is typed or a control has its own use for the key. */
  #global(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) { return; }
    const isFree = event.target === document.body || event.target.id === "main" || event.target === this.#d.part("twin");
    if (!isFree) { return; }
    if (event.key === " " && event.target === this.#d.part("twin")) {
      event.preventDefault();
      this.#togglePause();
    } else if (event.key === "l" || event.key === "L") {
      this.#live();
    } else if (event.key === "w" && event.defaultPrevented) {
      // The shell's key for writing; here the fields are folded away.
      this.openActions();
    }
  }

  #key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) { return; }
    const isChord = this.#before === "g"; // "g p" goes to another page.
    this.#before = event.key;
    if (isChord) { return; }
    const d = this.#d;
    const { scene, walk } = d;
    const focus = scene.focus;
    const far = event.shiftKey ? 10 : 1;
    const sideways = d.geometry.vertical;
    const keys = sideways ? { ArrowUp: "earlier", ArrowDown: "later", ArrowLeft: "before", ArrowRight: "behind" } : { ArrowLeft: "earlier", ArrowRight: "later", ArrowUp: "before", ArrowDown: "behind" };
    const go = row => d.focusOn(row) || d.announce("There is no such event.");
    let known = true;
    switch (keys[event.key] ?? event.key) {
      case "earlier": if (focus) { go(walk.onLine(focus, -1)); } else { this.#pan(event.shiftKey ? -0.8 : -0.15); } break;
      case "later": if (focus) { go(walk.onLine(focus, 1)); } else { this.#pan(event.shiftKey ? 0.8 : 0.15); } break;
      case "before": if (focus) { go(walk.across(focus, -1)); } else { this.#enter(); } break;
      case "behind": if (focus) { go(walk.across(focus, 1)); } else { this.#enter(); } break;
      case "Enter": if (!focus) { this.#enter(); } else { go(event.shiftKey ? walk.effect(focus) : walk.cause(focus)); } break;
      case "Home": go(d.store.rows.find(row => row.at > 0 && d.geometry.has(row.at))); break;
      case "End": go(walk.newest()); break;
      case ",": case "<": if (focus) { go(walk.inOrder(focus, -far)); } else { this.#enter(); } break;
      case ".": case ">": if (focus) { go(walk.inOrder(focus, far)); } else { this.#enter(); } break;
      case "b": if (focus) { go(walk.waitedFor(focus)); } break;
      case "B": if (focus) { go(walk.waiter(focus)); } break;
      case "[": go(walk.buffered(focus, -1)); break;
      case "]": go(walk.buffered(focus, 1)); break;
      case "p": if (focus) { d.pin(focus); d.announce(scene.pin ? `Pinned: ${sentence(d.store, focus, d.now)}` : "The pin is removed."); } break;
      case "v": this.#verdict(); break;
      case "h": if (focus) { this.#hide(focus.at); } break;
      case "+": case "=": this.#zoom(0.5); break;
      case "-": this.#zoom(2); break;
      case "0": this.#reset(); break;
      case "Escape": if (focus || scene.pin) { this.#clear(); } else { this.#live(); } break;
      default: known = false;
    }
    if (known) { event.preventDefault(); }
  }

  /** Focus enters the picture at the newest event that is seen. */
  #enter() {
    const d = this.#d;
    d.focusOn(d.walk.newest(d.seenTo) ?? d.walk.newest());
  }

  #verdict() {
    const d = this.#d;
    const { pin, focus } = d.scene;
    d.announce(pin && focus ? relation(d.store, pin, focus, row => clockTime(d.store, row)).text : "Pin an event with p, walk to another, then press v.");
  }

  #hide(id) {
    const d = this.#d;
    const box = d.part("lanes").querySelector(`input[value="${id}"]`);
    if (!box || d.geometry.ids.length < 2) { return; }
    box.checked = false;
    d.scene.focus = null;
    this.#choose();
    d.announce(`The lifeline of r${id} is hidden.`);
  }
}
