// One picture: ruler, lifelines, the drawn past, what still waits, and on top the cones, pins and the focus.
import { cones, critical } from "./cones.js";
import { outline } from "./paint.js";
import { Levels } from "./layout.js";
import { parseDot } from "./store.js";
import { firstAt } from "./tiles.js";
import { rateOf } from "./ribbons.js";
import { age, number } from "../dom.js";
import { waitsFor } from "./words.js";

const OpenMax = 200;
const Faint = 0.15;
const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000];

export class Scene {
  constructor(canvas, store, viewport, geometry, painter, tiles, palette) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    Object.assign(this, { store, viewport, geometry, painter, tiles, palette });
    this.hover = null;
    this.focus = null;
    this.pin = null;
    this.moment = null; // The moment that the page shows, if it is an earlier one.
    this.path = [];
    this.chain = []; // A path that was searched for.
    this.followed = null; // { tiles, has }: everything else is drawn faint.
    this.ribbons = null; // Where there are too many marks: what is drawn in their place.
    this.pieces = new Map(); // replica -> the pieces of its ribbon that were drawn last
    this.piece = null; // The piece under the pointer.
    this.shown = () => true;
  }

  draw(now) {
    const { context, geometry, viewport, palette } = this;
    geometry.enter(context);
    context.globalAlpha = 1;
    context.fillStyle = palette.surface;
    context.fillRect(0, 0, viewport.length, geometry.extent);
    this.#ruler();
    for (const id of geometry.ids) { this.#lifeline(id, now); }
    this.#folds();
    this.#gaps();
    if (this.ribbons) { this.#ribbons(); } else { this.pieces.clear(); }
    const subject = this.hover ?? this.focus ?? this.pin;
    if (subject && geometry.has(subject.at)) { this.#cones(subject); } else { this.#past(1); }
    this.#open(now);
    this.#edges(subject);
    this.#ring(this.pin, palette.accent, [], 11, true);
    this.#ring(this.focus, palette.accent, [], 11);
    if (this.hover !== this.focus) { this.#ring(this.hover, palette.text, [2, 2], 11); }
    if (this.moment !== null) { this.#moment(); }
    if (viewport.isLive) { this.#head(); }
  }

  #ruler() {
    if (this.store.axis.logical) {
      this.#columns();
      return;
    }
    const { context, geometry, viewport, palette, store } = this;
    const wanted = (geometry.vertical ? 60 : 100) / viewport.scale;
    const step = steps.find(candidate => candidate >= wanted) ?? steps[steps.length - 1];
    const zero = (store.zero ?? 0) / 1000;
    // Local time of day, so that whole minutes are whole.
    const shift = zero - new Date(zero).getTimezoneOffset() * 60_000;
    context.strokeStyle = palette.line;
    context.lineWidth = 1;
    context.beginPath();
    const labels = [];
    for (const [from, to] of store.axis.stretches(viewport.start, viewport.newest)) {
      for (let t = Math.ceil((from + shift) / step) * step; t <= to + shift; t += step) {
        const along = Math.round(viewport.toAlong(store.axis.at(t - shift))) + 0.5;
        context.moveTo(along, geometry.ruler - 5);
        context.lineTo(along, geometry.extent);
        labels.push([along, t]);
      }
    }
    context.stroke();
    const digits = step >= 1000 ? 8 : step >= 100 ? 10 : step >= 10 ? 11 : 12;
    let free = -Infinity; // Beside folds, ticks may be near to each other.
    for (const [along, t] of labels) {
      if (along < free) { continue; }
      free = along + (geometry.vertical ? 15 : 74);
      const text = new Date(t).toISOString().slice(11, 11 + digits);
      if (geometry.vertical) { geometry.text(context, text.slice(3, 10), along, 4, { align: "left", colour: palette["text-2"], font: mono }); }
      else { geometry.text(context, text, along, 11, { colour: palette["text-2"], font: mono }); }
    }
  }

  /** Logical time: one column a step. */
  #columns() {
    const { context, geometry, viewport, palette } = this;
    const step = steps.find(candidate => candidate * viewport.scale >= 60) ?? 1;
    context.strokeStyle = palette.line;
    context.lineWidth = 1;
    context.beginPath();
    const labels = [];
    for (let depth = Math.max(step, Math.ceil(viewport.start / step) * step); depth <= viewport.newest; depth += step) {
      const along = Math.round(viewport.toAlong(depth)) + 0.5;
      context.moveTo(along, geometry.ruler - 5);
      context.lineTo(along, geometry.extent);
      labels.push([along, depth]);
    }
    context.stroke();
    for (const [along, depth] of labels) { geometry.text(context, geometry.vertical ? String(depth) : `step ${depth.toLocaleString("en-US")}`, along, geometry.vertical ? 4 : 11, { align: geometry.vertical ? "left" : "center", colour: palette["text-2"], font: mono }); }
  }

  #lifeline(id, now) {
    const { context, geometry, viewport, palette, store } = this;
    const across = Math.round(geometry.across(id)) + 0.5;
    const lane = store.lanes.get(id);
    context.lineWidth = 2;
    let from = 0;
    let alive = true;
    const stroke = (to, up) => {
      if (to <= from) { return; }
      context.strokeStyle = up ? palette.control : palette["text-3"];
      context.setLineDash(up ? [[], [14, 5], [2, 4]][palette.shape(id)] : [1.5, 7]);
      context.beginPath();
      context.moveTo(from, across);
      context.lineTo(to, across);
      context.stroke();
      context.setLineDash([]);
      from = to;
    };
    const end = viewport.isLive ? Math.min(viewport.length, viewport.toAlong(now)) : viewport.length;
    for (const change of lane?.breaks ?? []) {
      const along = Math.min(viewport.toAlong(change.x / viewport.scale), end);
      if (along > from) { stroke(along, change.kind !== "Restart"); }
      alive = change.kind === "Restart";
    }
    if (lane?.info && (lane.info.state === "stopped" || lane.info.state === "gone")) { alive = false; }
    stroke(end, alive);
  }

  #gaps() {
    const { context, geometry, viewport, palette, store } = this;
    for (const row of store.gaps) {
      const along = viewport.toAlong(row.x / viewport.scale);
      if (along < -40 || along > viewport.length + 40) { continue; }
      context.fillStyle = palette.hatch(context, palette["text-3"], 5);
      // One replica's feed, or this view of all of them.
      if (row.at > 0 && !geometry.has(row.at)) { continue; }
      const [top, height] = row.at > 0 ? [geometry.across(row.at) - 12, 24] : [geometry.ruler, geometry.extent - geometry.ruler];
      context.fillRect(along, top, 10, height);
      geometry.text(context, `${row.lost.toLocaleString("en-US")} not drawn`, along + 14, top + 10, { align: "left", colour: palette["text-2"], plate: palette.surface });
    }
  }

  /** The drawn past, as strong as given; what is not followed only faintly. */
  #past(alpha) {
    if (!this.followed) {
      this.#copy(this.tiles, this.shown, alpha);
      return;
    }
    this.#copy(this.tiles, this.shown, alpha * Faint);
    this.#copy(this.followed.tiles, row => this.shown(row) && this.followed.has(row), alpha);
  }

  #copy(tiles, shown, alpha) {
    const { context, geometry, viewport } = this;
    context.save();
    if (viewport.isLive) {
      context.beginPath();
      context.rect(0, 0, viewport.head + 14, geometry.extent);
      context.clip();
    }
    context.globalAlpha = alpha;
    context.setTransform(1, 0, 0, 1, 0, 0);
    const r = geometry.ratio;
    tiles.each(this.store, viewport.left, viewport.length, shown, (canvas, along) => {
      const at = Math.round(along * r);
      if (geometry.vertical) { context.drawImage(canvas, 0, at); } else { context.drawImage(canvas, at, 0); }
    });
    context.restore();
  }

  /** Dims what is concurrent: the pieces are copied dimmed, and again at full strength inside the two cones. */
  #cones(row) {
    const { context, geometry, viewport, palette, store, painter } = this;
    const cone = cones(store, row);
    const far = viewport.length + 40;
    const place = other => viewport.toAlong(other.x / viewport.scale);
    const past = geometry.ids.map(id => {
      const edge = cone.lines.get(id)?.past;
      return [!edge || edge === "earlier" ? -40 : place(edge) + 9, geometry.across(id), edge];
    });
    const future = geometry.ids.map(id => {
      const edge = cone.lines.get(id)?.future;
      return [edge ? place(edge) - 9 : far, geometry.across(id), edge];
    });
    this.#past(0.35);
    for (const [edge, outside, tint] of [[past, -40, palette["accent-tint"]], [future, far, null]]) {
      const top = edge[0];
      const bottom = edge[edge.length - 1];
      context.save();
      context.beginPath();
      context.moveTo(outside, geometry.ruler);
      context.lineTo(top[0], geometry.ruler);
      // Along each lifeline the edge runs straight, so that marks on it are wholly in or out.
      for (const [along, across] of edge) {
        context.lineTo(along, across - 10);
        context.lineTo(along, across + 10);
      }
      context.lineTo(bottom[0], geometry.extent);
      context.lineTo(outside, geometry.extent);
      context.closePath();
      context.clip();
      context.globalAlpha = tint ? 0.75 : 0.22;
      context.fillStyle = tint ?? palette.hatch(context, palette.accent, 5);
      context.fillRect(0, geometry.ruler, viewport.length, geometry.extent);
      context.globalAlpha = 1;
      for (const id of geometry.ids) { this.#lifeline(id, Infinity); }
      this.#past(1);
      context.restore();
      context.strokeStyle = palette.accent;
      context.lineWidth = tint ? 1.5 : 1;
      context.setLineDash(tint ? [] : [4, 3]);
      context.beginPath();
      edge.forEach(([along, across], i) => {
        if (i === 0) { context.moveTo(along, geometry.ruler); }
        context.lineTo(along, across - 10);
        context.lineTo(along, across + 10);
      });
      context.lineTo(bottom[0], geometry.extent);
      context.stroke();
      context.setLineDash([]);
    }

    // The edges cut through the names of the marks at them.
    for (const [, , other] of [...past, ...future]) {
      if (other && other !== "earlier" && other.named) { painter.label(context, other, viewport.left, palette.surface); }
    }
  }

  /** What waits now, up to now. */
  #open(now) {
    const { context, geometry, viewport, palette, store, painter } = this;
    const head = Math.min(viewport.isLive ? viewport.head : viewport.length + 20, viewport.toAlong(now));
    for (const id of geometry.ids) {
      const open = store.lanes.get(id)?.open;
      if (!open || open.size === 0) { continue; }
      let drawn = 0;
      let crowd = 0;
      for (const row of open) {
        if (!this.shown(row)) { continue; }
        const from = viewport.toAlong(row.x / viewport.scale);
        if (from > head || drawn >= OpenMax) { continue; }
        drawn++;
        const isFaint = this.followed !== null && !this.followed.has(row);
        context.globalAlpha = isFaint ? Faint : 1;
        painter.bar(context, row, from, head);
        context.globalAlpha = 1;
        if (isFaint) { continue; }
        if (row.level >= Levels) {
          crowd++;
          continue;
        }
        const [top, height] = painter.barBox(row);
        if (geometry.vertical) {
          const text = `waits: r${row.missing[0] ?? "…"}`;
          const across = Math.min(geometry.across(id) + 10, geometry.extent - geometry.measure(context, text) - 6);
          geometry.text(context, text, Math.max(from, 0) + 17, across, { align: "left", colour: palette.text, plate: palette["waiting-tint"] });
          continue;
        }
        this.#barText(`waits for ${waitsFor(store, row)}`, from, top + height / 2, palette.text, palette["waiting-tint"]);
        if (row.ghost && row.level === 0 && open.size === 1 && from > -200) { this.#barText("would have been visible here", from, top + height + 9, palette["text-2"], palette.surface); }
      }
      const rest = open.size - Math.min(open.size, Levels);
      if (crowd > 0 && rest > 0) {
        geometry.text(context, `+${rest} waiting`, head - 6, painter.barBox({ at: id, level: Levels })[0] + 6, { align: geometry.vertical ? "left" : "right", colour: palette.text, plate: palette["waiting-tint"] });
      }
    }
  }

  /** Beside where a bar begins: behind it, or before it where the picture ends. */
  #barText(text, from, across, colour, plate) {
    const { context, geometry, viewport } = this;
    const width = geometry.measure(context, text);
    const at = Math.max(from, 0) + 12;
    if (at + width <= viewport.length - 4) { geometry.text(context, text, at, across, { align: "left", colour, plate }); }
    else { geometry.text(context, text, from - 8, across, { align: "right", colour, plate }); }
  }

  /** The critical in-edge of the subject, thick, and the causal path between pin and subject. */
  #edges(subject) {
    const { context, palette, store } = this;
    if (subject) {
      const edge = critical(store, subject, parseDot);
      if (edge?.write && edge.applied) { this.#edge(edge.write, edge.applied, palette.of(edge.write.at), 4); }
      else if (subject.kind === "Apply") {
        const write = store.update(subject.dot)?.write;
        if (write) { this.#edge(write, subject, palette.of(write.at), 2.5); }
      }
    }
    for (let i = 1; i < this.path.length; i++) { this.#edge(this.path[i - 1], this.path[i], palette.accent, 3); }
    context.setLineDash([]);
  }

  #edge(from, to, colour, width) {
    const { context, geometry, viewport } = this;
    if (!geometry.has(from.at) || !geometry.has(to.at)) { return; }
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    context.moveTo(Math.max(-4000, viewport.toAlong(from.x / viewport.scale)), geometry.across(from.at));
    context.lineTo(Math.min(8000, viewport.toAlong(to.x / viewport.scale)), geometry.across(to.at));
    context.stroke();
  }

  #ring(row, colour, dash, radius, isPin = false) {
    const { context, geometry, viewport, palette } = this;
    if (!row || !geometry.has(row.at)) { return; }
    const along = viewport.toAlong(row.x / viewport.scale);
    const across = geometry.across(row.at);
    context.strokeStyle = colour;
    context.lineWidth = 2.5;
    context.setLineDash(dash);
    context.beginPath();
    outline(context, 0, along, across, radius);
    context.stroke();
    context.setLineDash([]);
    if (isPin) { geometry.text(context, "A", geometry.vertical ? along - 16 : along - 17, geometry.vertical ? across - 14 : across + 16, { colour: palette.accent, plate: palette.surface, font: "700 13px system-ui, sans-serif" }); }
  }

  /** What came after the moment that the page shows is dimmed, and a line stands between. */
  #moment() {
    const { context, geometry, viewport, palette, store } = this;
    const along = store.axis.logical ? -40 : viewport.toAlong(store.axis.at(this.moment));

    // Marks of one instant are drawn a little apart, so on each lifeline the line passes behind the last one that had happened.
    const places = geometry.ids.map(id => {
      const rows = store.lanes.get(id)?.rows ?? [];
      let last = null;
      for (let i = rows.length - 1; i >= 0 && !last; i--) { if (rows[i].time <= this.moment) { last = rows[i]; } }
      return [Math.max(along, last ? viewport.toAlong(last.x / viewport.scale) + 9 : along), geometry.across(id)];
    });
    const line = () => {
      context.beginPath();
      context.moveTo(along, geometry.ruler - 6);
      for (const [place, across] of places) {
        context.lineTo(place, across - 12);
        context.lineTo(place, across + 12);
      }
      context.lineTo(along, geometry.extent);
    };
    line();
    context.lineTo(viewport.length + 40, geometry.extent);
    context.lineTo(viewport.length + 40, geometry.ruler - 6);
    context.closePath();
    context.fillStyle = palette.surface;
    context.globalAlpha = 0.55;
    context.fill();
    context.globalAlpha = 1;
    context.strokeStyle = palette.waiting;
    context.lineWidth = 2;
    line();
    context.stroke();
  }

  #head() {
    const { context, geometry, viewport, palette } = this;
    context.strokeStyle = palette.ok;
    context.lineWidth = 1;
    context.setLineDash([3, 3]);
    context.beginPath();
    context.moveTo(viewport.head + 14.5, geometry.ruler);
    context.lineTo(viewport.head + 14.5, geometry.extent);
    context.stroke();
    context.setLineDash([]);
  }

  /** Stretches of time without any event: torn out, with what is missing in words. */
  #folds() {
    const { context, geometry, viewport, palette, store } = this;
    let [free, row] = [-Infinity, 0];
    for (const fold of store.axis.folds) {
      const from = viewport.toAlong(fold.place);
      const to = viewport.toAlong(store.axis.at(fold.to));
      if (to < 0 || from > viewport.length) { continue; }
      context.fillStyle = palette.background;
      context.fillRect(from, geometry.ruler - 8, to - from, geometry.extent - geometry.ruler + 8);
      context.strokeStyle = palette.control;
      context.lineWidth = 1;
      context.beginPath();
      for (const edge of [from, to]) {
        context.moveTo(edge, geometry.ruler - 8);
        for (let across = geometry.ruler - 8, side = 1; across < geometry.extent; across += 7, side = -side) { context.lineTo(edge + side * 2.5, Math.min(across + 7, geometry.extent)); }
      }
      context.stroke();
      const text = `${age(fold.to - fold.from)} idle`;
      if (geometry.vertical) { geometry.text(context, text, (from + to) / 2, geometry.ruler + 6, { align: "left", colour: palette["text-2"], plate: palette.background }); }
      else {
        // Words of folds near to each other stand in two rows.
        const half = geometry.measure(context, text) / 2 + 6;
        row = (from + to) / 2 - half < free ? 1 - row : 0;
        free = (from + to) / 2 + half;
        geometry.text(context, text, (from + to) / 2, geometry.extent - 9 - row * 17, { colour: palette["text-2"], plate: palette.background });
      }
    }
  }

  /** Where there are too many marks: how many events there were, in their writers' colours, and below how much waited. */
  #ribbons() {
    const { context, geometry, viewport, palette, store } = this;
    const { axis } = store;
    this.pieces = new Map(geometry.ids.map(id => [id, this.ribbons.pieces(store, id, axis.time(viewport.start), axis.time(viewport.newest), viewport.scale)]));
    const { rate, depth } = this.ribbons.adapt([...this.pieces.values()]);
    this.full = { rate, depth };
    const [up, down] = geometry.vertical ? [-geometry.spacing * 0.3, geometry.spacing * 0.5] : [geometry.spacing * 0.38, geometry.spacing * 0.26];
    const sign = geometry.vertical ? -1 : 1;
    context.globalAlpha = this.followed ? Faint * 2 : 1;
    for (const [id, pieces] of this.pieces) {
      const line = geometry.across(id);
      const layers = new Map(); // colour -> rectangles: one call each
      const waits = [];
      const cut = []; // Pieces that would be thicker than the scale.
      let busiest = null;
      let deepest = null;
      for (const piece of pieces) {
        const from = Math.round(viewport.toAlong(axis.at(piece.from)));
        const width = Math.max(1, Math.round(viewport.toAlong(axis.at(piece.to))) - from);
        const height = Math.abs(up) * Math.min(1, rateOf(piece) / rate);
        if (rateOf(piece) > rate) { cut.push(from, width); }
        const total = piece.writes + piece.reads + piece.applies;
        let base = line;
        const parts = [[palette.of(id), piece.writes], ...[...piece.ways].sort((a, b) => a[0] - b[0]).map(([origin, way]) => [palette.of(origin), way.count]), [palette["text-3"], piece.reads]];
        for (const [colour, count] of parts) {
          if (count === 0) { continue; }
          const part = height * count / total;
          const layer = layers.get(colour) ?? [];
          layers.set(colour, layer);
          layer.push(from, geometry.vertical ? base : base - part, width, part);
          base -= sign * part;
        }
        if (!busiest || rateOf(piece) > rateOf(busiest)) { busiest = piece; }
        if (piece.waiting > 0) {
          waits.push(from, width, Math.max(3, Math.abs(down) * piece.waiting / depth));
          if (!deepest || piece.waiting > deepest.waiting) { deepest = piece; }
        }
      }
      for (const [colour, rects] of layers) {
        context.fillStyle = colour;
        context.beginPath();
        for (let i = 0; i < rects.length; i += 4) { context.rect(rects[i], rects[i + 1], rects[i + 2], rects[i + 3]); }
        context.fill();
      }
      context.fillStyle = palette.surface;
      for (let i = 0; i < cut.length; i += 2) { context.fillRect(cut[i], geometry.vertical ? line - up - 6 : line - up + 4, cut[i + 1], 2); }
      for (const fill of [palette["waiting-tint"], palette.hatch(context, palette.waiting)]) {
        context.fillStyle = fill;
        context.beginPath();
        for (let i = 0; i < waits.length; i += 3) { context.rect(waits[i], geometry.vertical ? line - waits[i + 2] : line, waits[i + 1], waits[i + 2]); }
        context.fill();
      }
      if (deepest) { geometry.text(context, geometry.vertical ? number(deepest.waiting) : `${number(deepest.waiting)} wait`, viewport.toAlong(axis.at(deepest.from)), geometry.vertical ? line - down * 0.5 : line + down + 8, { align: "left", colour: palette.text, plate: palette["waiting-tint"] }); }
      if (busiest) { geometry.text(context, geometry.vertical ? `${number(Math.round(rateOf(busiest)))}/s` : `at most ${number(Math.round(rateOf(busiest)))} events/s`, 8, geometry.vertical ? line : line - up - 9, { align: "left", colour: palette["text-2"], plate: palette.surface }); }
    }
    context.globalAlpha = 1;
    const piece = this.piece && this.pieces.get(this.piece.id)?.find(one => one.from <= this.piece.from && one.to > this.piece.from);
    this.piece = piece ?? null;
    if (piece) {
      context.strokeStyle = palette.text;
      context.lineWidth = 1;
      context.strokeRect(viewport.toAlong(axis.at(piece.from)), geometry.across(piece.id) - geometry.spacing * 0.4, (piece.to - piece.from) * viewport.scale, geometry.spacing * 0.7);
    }
  }

  /** The piece of a ribbon at a place. */
  pieceAt(along, across) {
    const time = this.store.axis.time(this.viewport.toTime(along));
    return this.pieces.get(this.geometry.at(across))?.find(piece => piece.from <= time && piece.to > time) ?? null;
  }

  /** The row at a place, within a tolerance: the nearest mark, else a bar. */
  hit(along, across, tolerance) {
    const { geometry, viewport, store, painter } = this;
    const id = geometry.at(across);
    const lane = store.lanes.get(id);
    if (!lane) { return null; }
    const x = along + viewport.left;
    if (Math.abs(across - geometry.across(id)) <= tolerance + 6) {
      let best = null;
      let nearest = tolerance + 0.01;
      for (let i = firstAt(lane.rows, x - tolerance); i < lane.rows.length && lane.rows[i].x <= x + tolerance; i++) {
        const distance = Math.abs(lane.rows[i].x - x);
        if (distance <= nearest && this.shown(lane.rows[i])) {
          nearest = distance;
          best = lane.rows[i];
        }
      }
      if (best) { return best; }
    }
    for (let i = lane.buffers.length - 1; i >= Math.max(0, lane.buffers.length - 500); i--) {
      const row = lane.buffers[i];
      const [top, height] = painter.barBox(row);
      if (x >= row.x && x <= (row.until?.x ?? Infinity) && across >= top && across <= top + height && this.shown(row)) { return row; }
    }
    return null;
  }
}

const mono = '12px ui-monospace, "DejaVu Sans Mono", monospace';
