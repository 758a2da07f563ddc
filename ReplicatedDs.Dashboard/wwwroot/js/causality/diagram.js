// The Causality page: puts feed, store, picture, list and controls together and redraws when something changed.
import { age, element, number, setText, timeOfDay } from "../dom.js";
import { read, write } from "../address.js";
import { Controls } from "./controls.js";
import { Depth } from "./depth.js";
import { Follow } from "./follow.js";
import { bind } from "./export.js";
import { Feed } from "./feed.js";
import { Geometry } from "./geometry.js";
import { Inspector } from "./inspector.js";
import { Layout } from "./layout.js";
import { nameOf, rowOf } from "./named.js";
import { Painter } from "./paint.js";
import { Pace } from "./pace.js";
import { Palette } from "./palette.js";
import { Sampling } from "./sampling.js";
import { Scene } from "./scene.js";
import { Searches } from "./search.js";
import { Store } from "./store.js";
import { Tiles } from "./tiles.js";
import { Twin } from "./twin.js";
import { DefaultWindow, Viewport } from "./viewport.js";
import { Walk } from "./walk.js";

const Narrow = 600;
const NarrowLanes = 4;
const TwinInterval = 500;
const BusyTwinInterval = 2000; // Where the list is another one each time, nobody reads along.
const StaleAfter = 3000;

export class Diagram {
  constructor(host) {
    this.host = host;
    this.part = name => host.querySelector(`[data-part=${name}]`);
    this.store = new Store();
    this.viewport = new Viewport();
    this.geometry = new Geometry();
    this.layout = new Layout();
    this.sampling = new Sampling();
    this.palette = new Palette(host);
    this.painter = new Painter(this.store, this.palette, this.geometry);
    this.tiles = new Tiles(this.painter, this.geometry);
    this.scene = new Scene(this.part("canvas"), this.store, this.viewport, this.geometry, this.painter, this.tiles, this.palette);
    this.twin = new Twin(this.store, this.part("twin"), this.part("table"));
    this.inspector = new Inspector(this.part("inspector"), this.store, text => this.setFollow(text));
    this.walk = new Walk(this.store, this.geometry, row => this.isShown(row));
    this.hidden = new Set();
    this.chosen = false; // The visitor has chosen lifelines.
    this.filter = "";
    this.follow = null;
    this.followed = new Tiles(this.painter, this.geometry);
    this.depth = new Depth();
    this.wanted = null; // What the address names, until its events are here.
    this.wantsTable = false;
    this.behind = { at: -Infinity, by: 0 }; // How old the newest event was when it came last.
    this.missed = 0;
    this.frozenNow = 0;
    this.revision = -1;
    this.scale = 0;
    this.dirty = true;
    this.pace = new Pace();
    this.twinAt = 0;
    this.ended = new AbortController();
    this.stats = { frames: 0, drawMs: 0, worstMs: 0, rows: 0 };
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    this.scene.shown = row => this.isShown(row);
    this.scene.followed = null;
    this.feed = new Feed(this.store, {
      connected: away => { if (away !== null) { this.announce(`The feed is back after ${age(away)}.`); } this.touch(); },
      lost: () => this.touch(),
      frame: (rows, hasLanes, lost) => this.#take(rows, hasLanes, lost),
      older: () => {
        if (this.logical) { this.depth.reset(this.store); }
        this.#meet();
        this.touch();
      },
      isLive: () => this.viewport.isLive,
    });
    this.controls = new Controls(this);
    bind(this);
    this.restore();
    addEventListener("popstate", () => this.restore(), { signal: this.ended.signal });
    this.#watch();
    this.resize();
    const { paused, moment } = document.documentElement.dataset;
    const [n, t] = (moment || "").split("/").map(Number);
    this.turn(paused === "true", moment ? { n, t } : null);
    this.feed.run();
    this.#loop();
    host.diagram = this; // For measurements.
  }

  end() {
    this.ended.abort();
    this.feed.end();
    cancelAnimationFrame(this.frame);
    clearTimeout(this.rest);
    clearInterval(this.timer);
  }

  get logical() { return this.store.axis.logical; }

  /** Where an event is along the axis. */
  axis(row) { return this.store.axis.of(row); }

  /** Where a moment that counts as now is along the axis. */
  place(now) { return this.logical ? this.depth.newest + 1 : this.store.axis.at(now); }

  /** From when until when is seen; in logical time everything. */
  get seenFrom() { return this.logical ? -Infinity : this.store.axis.time(this.viewport.start); }
  get seenTo() { return this.logical ? Infinity : this.store.axis.time(this.viewport.newest); }

  /** The cluster's time, in milliseconds since the store's zero. */
  get now() { return this.store.zero === null ? 0 : this.feed.now - this.store.zero / 1000; }

  get subject() { return this.scene.hover ?? this.scene.focus; }

  isShown(row) {
    return this.passes(row) && this.sampling.keeps(this.store, row, this.now);
  }

  /** The filter lets it through. */
  passes(row) { return this.filter === "" || row.keys.some(key => key.includes(this.filter)) || row.kind === "Kill" || row.kind === "Stop" || row.kind === "Restart"; }

  touch() { this.dirty = true; }

  announce(text) { setText(document.getElementById("announcer"), text); }

  pause(wanted) {
    if (wanted === this.viewport.frozen) { return; }
    this.viewport.frozen = wanted;
    this.frozenNow = this.now;
    this.missed = 0;
    this.twinAt = 0;
    this.announce(wanted ? "The view is paused; the cluster goes on." : "The view goes on.");
    this.touch();
  }

  /** The shell shows another moment: it is where the picture ends, or, if it is seen already, where the line stands. */
  turn(paused, moment) {
    this.moment = moment;
    this.pause(paused && !moment);
    if (!moment) {
      this.scene.moment = null;
      if (!paused && !this.viewport.isLive) { this.live(); }
      this.touch();
      return;
    }
    this.show();
  }

  show() {
    // Until the first rows are here, there is no time to count from.
    if (!this.moment || this.store.zero === null) { return; }
    this.scene.moment = (this.moment.t - this.store.zero) / 1000;
    const time = this.logical ? Math.max(0, ...[...this.store.lanes.values()].map(lane => lane.rows.findLast(row => row.time <= this.scene.moment)?.depth ?? 0)) : this.store.axis.at(this.scene.moment);
    this.viewport.follows = false;
    if (time < this.viewport.start + this.viewport.window * 0.05 || time > this.viewport.end) { this.viewport.end = time + this.viewport.window * 0.1; }
    this.twinAt = 0;
    this.touch();
  }

  live() {
    this.viewport.live();
    this.missed = 0;
    this.wanted = null;
    this.scene.focus = null;
    this.scene.chain = [];
    this.twinAt = 0;
    this.touch();
  }

  focusOn(row, isNews = true) {
    if (!row) { return false; }
    if (isNews) { this.wanted = null; }
    this.scene.hover = null;
    this.scene.focus = row;
    if (this.viewport.isLive) { this.viewport.follows = false; }
    this.viewport.reveal(this.axis(row));
    this.#list(this.now); // At once: a screen reader follows the active item, not the picture.
    this.touch();
    return true;
  }

  pin(row) {
    this.scene.pin = row === this.scene.pin ? null : row;
    if (this.viewport.isLive && this.scene.pin) { this.announce("Pinned."); }
    this.touch();
  }

  setFilter(text) {
    this.filter = text;
    write({ key: text });
    this.scale = 0;
    this.redraw();
  }

  /** Follows "key:x", "trace:…" or "update:r2#9"; null follows nothing. */
  setFollow(text, isNews = true) {
    const follow = text ? new Follow(text) : null;
    this.follow = follow?.words ? follow : null;
    this.scene.followed = this.follow ? { tiles: this.followed, has: row => this.follow.has(this.store, row) } : null;
    this.sampling.always = this.scene.followed?.has ?? null;
    this.scale = 0;
    if (isNews) { write({ follow: this.follow?.text ?? null }, { push: true }); }
    this.part("following").hidden = this.follow === null;
    setText(this.part("following-words"), this.follow ? `Following ${this.follow.words}` : "");
    this.redraw();
  }

  /** Columns by causal depth instead of by time. */
  setLogical(wanted, isNews = true) {
    if (wanted === this.logical) { return; }
    this.store.axis.logical = wanted;
    this.part("logical").checked = wanted;
    if (isNews) { write({ axis: wanted ? "logical" : null }); }
    if (wanted) { this.depth.reset(this.store); }
    this.viewport.window = wanted ? 40 : DefaultWindow;
    const at = this.scene.focus ?? this.scene.pin ?? this.walk.newest(Infinity);
    if (at && !this.viewport.isLive) { this.viewport.end = this.axis(at) + this.viewport.window * 0.2; }
    this.scale = 0;
    this.twinAt = 0;
    this.show();
    this.redraw();
  }

  /** Stretches of time without any event are folded away. */
  setFolding(wanted, isNews = true) {
    this.store.axis.folding = wanted;
    this.part("folding").checked = wanted;
    if (isNews) { write({ idle: wanted ? "folded" : null }); }
    this.scale = 0;
    this.twinAt = 0;
    this.redraw();
  }

  /** The next thing of a kind that is searched for. */
  search(name, by) {
    const search = Searches[name];
    if (!search) { return; }
    const seen = row => row.at > 0 && this.geometry.has(row.at) && this.axis(row) >= this.viewport.start && this.axis(row) <= this.viewport.newest;
    const found = search.find(this.store, this.now, seen).filter(row => this.geometry.has(row.at));
    if (found.length === 0) {
      this.announce(`Nothing was found: ${search.name}.`);
      setText(this.part("found"), "none");
      return;
    }
    this.scene.chain = search.isPath ? found : [];
    const at = this.scene.focus ? found.indexOf(this.scene.focus) : -1;
    const next = at < 0 ? (by > 0 ? 0 : found.length - 1) : (at + by + found.length) % found.length;
    this.focusOn(found[next]);
    setText(this.part("found"), `${number(next + 1)} of ${number(found.length)}`);
  }

  /** Shows what the address names. */
  restore() {
    this.filter = read("key") ?? "";
    this.part("filter").value = this.filter;
    this.setFollow(read("follow"), false);
    this.setLogical(read("axis") === "logical", false);
    this.setFolding(read("idle") === "folded", false);
    const window = Number(read("window"));
    if (window > 0) { this.viewport.zoom(window / this.viewport.window); }
    this.hidden = new Set((read("hide") ?? "").split(".").filter(Boolean).map(Number));
    this.chosen = this.hidden.size > 0 || this.chosen;
    this.wanted = { pin: read("pin"), focus: read("focus"), until: Date.now() + 20_000 };
    this.#meet();
    this.scale = 0;
    this.redraw();
  }

  /** Puts pin and focus on the events that the address names, as soon as they are here. */
  #meet() {
    if (!this.wanted) { return; }
    const { pin, focus } = this.wanted;
    const [pinned, focused] = [rowOf(this.store, pin), rowOf(this.store, focus)];
    if (pinned && this.scene.pin !== pinned) { this.scene.pin = pinned; }
    if (focused && this.scene.focus !== focused) { this.focusOn(focused, false); }
    if (!pin && !focus) { [this.scene.pin, this.scene.focus] = [null, null]; }
    if ((!pin || pinned) && (!focus || focused)) { this.wanted = null; } else if (Date.now() < this.wanted.until && this.feed.receivedAt !== null) { this.feed.older(); }
  }

  /** Writes what is looked at into the address. */
  note() {
    if (this.wanted) { return; }
    const { pin, focus } = this.scene;
    write({
      pin: pin ? nameOf(this.store, pin) : null,
      focus: focus ? nameOf(this.store, focus) : null,
      window: this.viewport.window === DefaultWindow || this.logical ? null : Math.round(this.viewport.window),
      hide: this.chosen && this.hidden.size > 0 ? [...this.hidden].sort((a, b) => a - b).join(".") : null,
    });
  }

  /** Everything drawn is void. */
  redraw() {
    this.tiles.clear();
    this.followed.clear();
    this.touch();
  }

  resize() {
    const plot = this.part("plot");
    const vertical = this.host.clientWidth < Narrow;
    this.host.classList.toggle("vertical", vertical);
    const ids = this.#lifelines(vertical);
    const room = vertical ? plot.clientWidth : Math.max(260, Math.min(640, innerHeight * 0.56));
    this.geometry.arrange(ids, vertical, room);
    const length = vertical ? Math.max(320, Math.min(560, innerHeight * 0.62)) : plot.clientWidth;
    this.viewport.length = length;
    const { canvas } = this.scene;
    const [width, height] = vertical ? [plot.clientWidth, length] : [length, this.geometry.extent];
    canvas.width = Math.round(width * this.geometry.ratio);
    canvas.height = Math.round(height * this.geometry.ratio);
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    plot.style.height = `${height}px`;
    this.controls.drawLanes();
    this.scale = 0;
    this.redraw();
  }

  #lifelines(vertical) {
    const all = [...this.store.lanes.values()].filter(lane => lane.info && (lane.info.state !== "gone" || lane.rows.length > 0)).sort((a, b) => a.id - b.id).map(lane => lane.id);
    this.all = all;
    return all.filter((id, i) => this.chosen || !vertical ? !this.hidden.has(id) : i < NarrowLanes);
  }

  #take(rows, hasLanes, lost) {
    if (this.moment && this.scene.moment === null) { this.show(); }
    if (this.store.revision !== this.revision) {
      this.scale = 0; // Laid out anew at the next drawing.
    } else {
      for (const row of rows) {
        if (this.logical) { this.depth.add(this.store, row); }
        if (row.at > 0 && this.passes(row) && !this.store.axis.extend(row)) { this.scale = 0; }
        this.layout.place(this.store, row, this.scene.shown);
      }
      // On ribbons a wait stands out only when it was long: then it is drawn from its beginning.
      const drawn = this.sampling.level < 2 ? rows : rows.concat(rows.flatMap(row => row.kind === "Apply" && row.arrived !== null ? this.store.update(row.dot)?.buffers.get(row.at) ?? [] : []));
      this.tiles.add(drawn, this.scene.shown);
      if (this.follow) { this.followed.add(rows, row => this.scene.shown(row) && this.follow.has(this.store, row)); }
    }
    const known = this.all?.length ?? 0;
    if (hasLanes || rows.some(row => row.at > 0 && !this.geometry.has(row.at) && !this.all.includes(row.at))) {
      if (this.#lifelines(this.geometry.vertical).join() !== this.geometry.ids.join() || known === 0) { this.resize(); } else { this.controls.drawLanes(); }
    }
    if (rows.length > 0) { this.behind = { at: performance.now(), by: this.now - this.store.lastTime }; }
    if (!this.viewport.isLive) { this.missed += rows.length; }
    this.#meet();
    if (rows.length > 0 || hasLanes || lost > 0) { this.touch(); }
  }

  #watch() {
    const { signal } = this.ended;
    const repaint = () => {
      this.palette.read();
      this.redraw();
    };
    document.addEventListener("replicated-ds:pause", event => this.turn(event.detail.paused, event.detail.moment), { signal });
    const themes = new MutationObserver(repaint);
    themes.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    for (const kind of ["pointermove", "pointerdown", "wheel", "keydown"]) { this.host.addEventListener(kind, () => this.pace.touch(performance.now()), { signal, passive: true }); }
    const sizes = new ResizeObserver(() => this.resize());
    sizes.observe(this.host);
    signal.addEventListener("abort", () => {
      themes.disconnect();
      sizes.disconnect();
    });
    for (const query of ["(prefers-color-scheme: dark)", "(forced-colors: active)"]) { matchMedia(query).addEventListener("change", repaint, { signal }); }
    // The age of things is said also when nothing is drawn.
    this.timer = setInterval(() => this.touch(), 1000);
  }

  #loop() {
    // Between two frames the browser is not even asked: what it would do for an unchanged picture is not nothing.
    const wait = this.pace.interval(performance.now());
    const ask = () => {
      this.pace.ask(performance.now());
      this.frame = requestAnimationFrame(() => {
        if (this.ended.signal.aborted) { return; }
        this.#tick();
        this.#loop();
      });
    };
    if (wait > 0) { this.rest = setTimeout(ask, wait); } else { ask(); }
  }

  #tick() {
    const moves = this.viewport.isLive && this.store.rows.length > 0 && !this.still.matches;
    const stepped = this.viewport.isLive && this.still.matches && this.feed.now - (this.steppedAt ?? 0) > 1000;
    if (!moves && !stepped && !this.dirty) { return; }
    const began = performance.now();
    this.dirty = false;
    if (stepped) { this.steppedAt = this.feed.now; }
    const lostFor = this.feed.lostAt === null ? 0 : Date.now() - this.feed.lostAt;
    const now = this.viewport.frozen ? this.frozenNow : this.now - lostFor;
    this.#play(now);
    if (this.sampling.adapt(this.store, this.viewport, this.geometry.ids.length, this.filter === "" ? null : row => this.passes(row), now)) { this.scale = 0; }
    this.scene.ribbons = this.sampling.level === 2 ? this.store.ribbons : null;
    if (this.viewport.scale !== this.scale || this.revision !== this.store.revision) {
      this.scale = this.viewport.scale;
      this.revision = this.store.revision;
      this.#fold(now);
      this.layout.reset(this.store, this.scale, this.geometry.vertical, this.sampling.isDense, this.scene.shown);
      this.tiles.clear();
      this.followed.clear();
    }
    if (!this.logical && this.store.rows.length > 0 && this.viewport.start < this.axis(this.store.rows[0])) { this.feed.older(); }
    this.scene.path = this.inspector.draw(this.subject, this.scene.pin, now, this.scene.piece);
    if (this.scene.chain.length > 0 && this.scene.path.length === 0) { this.scene.path = this.scene.chain; }
    this.scene.draw(this.place(now));
    this.#words(now);
    const took = performance.now() - began;
    this.pace.drew(began, began + took);
    this.stats.frames++;
    this.stats.drawMs += took;
    this.stats.worstMs = Math.max(this.stats.worstMs, took);
  }

  #play(now) {
    if (!this.logical) { this.viewport.play(this.place(now), this.still.matches); } else if (this.viewport.isLive) { this.viewport.end = this.place(now); }
  }

  /** What a fold takes of the axis changes with the scale; the moment that the visitor zooms at stays where it is. */
  #fold(now) {
    const { axis } = this.store;
    if (this.logical || (!axis.folding && axis.folds.length === 0)) { return; }
    const place = this.viewport.toTime(this.viewport.anchor);
    const time = axis.time(place);
    axis.fold(this.store.rows.filter(row => row.at > 0 && this.geometry.has(row.at) && this.passes(row)), this.scale);
    this.viewport.end += axis.at(time) - place;
    this.#play(now);
  }

  #words(now) {
    const at = performance.now();
    const interval = this.sampling.rate > 1 && this.viewport.isLive ? BusyTwinInterval : TwinInterval;
    if (at - this.twinAt < interval) {
      // Nothing is skipped for good: it is drawn when the interval is over.
      this.late ??= setTimeout(() => { this.late = null; this.touch(); }, interval);
      return;
    }
    this.twinAt = at;
    this.#list(now);
    this.note();
    this.#chip();
    this.#message(now);
    this.#summary();
    this.part("zoom").textContent = this.logical ? `${number(Math.round(this.viewport.window))} steps` : this.viewport.window >= 1000 ? `${number(Math.round(this.viewport.window / 100) / 10)} s` : `${number(Math.round(this.viewport.window))} ms`;
    this.host.dataset.rows = this.store.rows.length;
  }

  #list(now) {
    const until = this.scene.focus && !this.viewport.frozen ? Infinity : this.seenTo;
    this.twin.draw({ focus: this.scene.focus, until, shown: this.scene.shown, now, wantsTable: this.wantsTable, ribbons: this.scene.ribbons ? this.scene.pieces : null });
  }

  #chip() {
    const { store, viewport, feed } = this;
    const chip = this.part("chip");
    const state = feed.lostAt !== null ? "lost" : feed.receivedAt === null ? "connecting" : viewport.frozen ? "paused" : viewport.follows ? "live" : "past";
    chip.dataset.state = state === "past" ? "paused" : state;
    const seen = this.moment ? this.moment.t / 1000 : store.zero === null ? feed.now : store.zero / 1000 + store.axis.time(viewport.end);
    setText(chip, {
      lost: `⚠ DISCONNECTED ${age(Date.now() - (feed.lostAt ?? 0))} ago`,
      connecting: "◌ CONNECTING",
      paused: `❚❚ PAUSED${this.missed > 0 ? `, ${number(this.missed)} new` : ""}`,
      past: this.logical && !this.moment ? "◷ VIEWING earlier steps" : `◷ VIEWING ${timeOfDay(seen)} (−${age(Math.max(0, feed.now - seen))})`,
      live: `● LIVE ${timeOfDay(feed.now).slice(0, 8)}`,
    }[state]);
    this.host.classList.toggle("is-lost", state === "lost");
    this.host.classList.toggle("is-past", state === "paused" || state === "past");
    this.part("live").disabled = viewport.isLive;
    const parts = [];
    if (this.sampling.level === 2) { parts.push(`Too many events to draw one by one: each lifeline is a ribbon, as thick as its rate of events, and hatched below it is what waits. Drawn by themselves are waits of ${age(this.sampling.wait)} or more, ${this.sampling.since > 0 ? "the newest conflicts and drops" : "conflicts, drops"}, what happens to replicas, and what is followed. Zoom in to see all.`); }
    if (this.sampling.rate > 1) { parts.push(`Drawing 1 in ${this.sampling.rate} updates, and every one that waited: there are too many to tell apart at this zoom. Zoom in to see all.`); }
    if (store.lost > 0) { parts.push(`${number(store.lost)} events came too fast for this view, or while it was away, and are not drawn; a hatched band marks where.`); }
    const full = this.scene.full;
    setText(this.part("level"), [
      `L0 · exact: all ${number(this.sampling.count)} events`,
      `L1 · sampled: 1 in ${this.sampling.rate} updates of ${number(this.sampling.count)} events`,
      `L2 · ribbons of ${number(this.sampling.count)} events${full ? `; full thickness: ${number(full.rate)} events/s, more is cut; below ${number(full.depth)} that wait` : ""}`,
    ][this.sampling.level] + this.#foldedWords());
    const share = store.rows.findLast(row => row.kind === "Write")?.share ?? 1;
    if (share > 1) { parts.push(`So much happens in the cluster that 1 in ${share} updates is told here, and of those that waited for long as many as can be looked at; the rates of ribbons are extrapolated.`); }
    const note = this.part("degraded");
    setText(note, parts.join(" "));
    note.hidden = parts.length === 0;
  }

  #foldedWords() {
    const { axis } = this.store;
    const seen = this.logical ? [] : axis.folds.filter(fold => fold.to > this.seenFrom && fold.from < this.seenTo);
    return seen.length === 0 ? "" : ` · ${age(seen.reduce((sum, fold) => sum + fold.to - fold.from, 0))} without any event folded, in ${seen.length} ${seen.length === 1 ? "place" : "places"}`;
  }

  #message(now) {
    const { store, viewport, feed } = this;
    const box = this.part("message");
    const silent = feed.receivedAt === null ? Infinity : Date.now() - feed.receivedAt;
    let text = "";
    let action = null;
    if (feed.receivedAt === null) {
      text = feed.lostAt === null ? "Waiting for the feed…" : "The dashboard's feed does not answer; trying again.";
    } else if (feed.lostAt !== null) {
      text = `The dashboard does not answer. This is the picture of ${timeOfDay(feed.receivedAt + (feed.now - Date.now())).slice(0, 8)}; trying again.`;
    } else if (silent > StaleAfter && !document.hidden && viewport.isLive) {
      text = `No news from the dashboard for ${age(silent)}.`;
    } else if (store.rows.length === 0) {
      text = "Nothing has happened yet. Write a value, and its way to every replica appears here.";
      action = ["Write a value", () => this.controls.openActions()];
    } else if (this.filter !== "" && !store.rows.some(row => this.isShown(row))) {
      text = `${number(store.rows.length)} events are hidden by the filter key=${this.filter}.`;
      action = ["Clear the filter", () => this.controls.clearFilter()];
    } else if (this.geometry.ids.length === 0) {
      text = "All lifelines are hidden. Choose some under Replicas.";
    } else if (!this.logical && !this.#hasSomething()) {
      const last = this.walk.newest(this.seenFrom) ?? this.walk.newest();
      const lags = performance.now() - this.behind.at < StaleAfter && this.behind.by > StaleAfter;
      text = viewport.isLive && lags ? `So much happens that its news come here ${age(this.behind.by)} late.` : viewport.isLive && last ? `Nothing has happened for ${age(now - last.time)}.` : "Nothing happened in this window.";
      action = ["Show the last events", () => this.showLast()];
    }
    this.part("plot").setAttribute("aria-busy", String(feed.receivedAt === null));
    if (box.dataset.text !== text) {
      const isNew = box.dataset.kind !== text.replace(/[\d.:]+/g, "0");
      box.dataset.kind = text.replace(/[\d.:]+/g, "0");
      box.dataset.text = text;
      if (isNew) {
        const button = action ? element("button", { type: "button", class: "plain-button" }, action[0]) : null;
        button?.addEventListener("click", action[1]);
        box.replaceChildren(element("span", {}, text), ...(button ? [button] : []));
      } else {
        setText(box.firstElementChild, text);
      }
      box.hidden = text === "";
    }
  }

  #hasSomething() {
    const { store, seenFrom, seenTo } = this;
    for (const id of this.geometry.ids) {
      const lane = store.lanes.get(id);
      if (!lane) { continue; }
      if (lane.open.size > 0) { return true; }
      for (let i = lane.rows.length - 1; i >= 0 && lane.rows[i].time >= seenFrom; i--) { if (lane.rows[i].time <= seenTo) { return true; } }
      if (lane.buffers.some(row => row.until && row.time < seenFrom && row.until.time > seenFrom)) { return true; }
    }
    return false;
  }

  /** Moves the window to where something happened last. */
  showLast() {
    const last = this.walk.newest(this.seenFrom) ?? this.walk.newest();
    if (!last) { return; }
    this.viewport.follows = false;
    this.viewport.end = this.axis(last) + this.viewport.window * 0.1;
    this.twinAt = 0;
    this.touch();
  }

  #summary() {
    const { store, viewport, geometry } = this;
    let updates = 0;
    const waiting = [];
    for (const id of geometry.ids) {
      const lane = store.lanes.get(id);
      if (!lane) { continue; }
      for (let i = lane.rows.length - 1; i >= 0 && this.axis(lane.rows[i]) >= viewport.start; i--) { updates += lane.rows[i].kind === "Write" ? 1 : 0; }
      if (lane.open.size > 0) { waiting.push(`${number(lane.open.size)} waiting at r${id}`); }
    }
    const label = `${geometry.ids.length} replicas, ${this.logical ? `${number(Math.round(viewport.window))} steps of causality` : viewport.window >= 1000 ? `${number(Math.round(viewport.window / 1000))} seconds` : `${number(Math.round(viewport.window))} milliseconds`}, ${number(updates)} updates, ${waiting.join(", ") || "nothing waiting"}`;
    this.part("plot").setAttribute("aria-label", label);
    setText(this.part("summary"), label);
  }
}
