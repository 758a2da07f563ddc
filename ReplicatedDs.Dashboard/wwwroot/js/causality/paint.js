// Draws rows: arrows first, then the bars of waiting, then the marks. Strokes are gathered by colour, because one call per arrow costs
// more than the arrow. Coordinates are (along, across), see geometry.js.
import { Levels, labelOf } from "./layout.js";
import { seconds, waitsFor } from "./words.js";

const Turn = Math.PI * 2;
const Far = 4000;

export class Painter {
  constructor(store, palette, geometry) {
    this.store = store;
    this.palette = palette;
    this.geometry = geometry;
  }

  /** Draws rows as seen from `origin`. `heads` is false where there are too many arrows for arrow heads. */
  rows(context, rows, origin, { shown, heads = true, late = false }) {
    const seen = rows.filter(row => row.at > 0 && this.geometry.has(row.at) && shown(row));
    this.#arrows(context, seen, origin, heads, late, shown);
    for (const row of seen) { if (row.kind === "Buffer" && row.until) { this.closedBar(context, row, origin); } }
    if (late) {
      for (const row of seen) {
        const waiting = row.kind === "Apply" && row.arrived !== null ? this.store.update(row.dot)?.buffers.get(row.at) : null;
        if (waiting) { this.closedBar(context, waiting, origin); }
        for (const ended of this.ended(row)) { this.closedBar(context, ended, origin); }
      }
    }
    this.#marks(context, seen, origin);
    for (const row of seen) { if (row.named) { this.label(context, row, origin); } }
  }

  /** What ceased to wait with this row without being applied. */
  ended(row) {
    return row.kind === "Kill" || row.kind === "Stop" || row.kind === "Restart" || row.kind === "Drop" ? this.store.lane(row.at).buffers.filter(waiting => waiting.until === row) : [];
  }

  #arrows(context, rows, origin, heads, late, shown) {
    const solid = Array.from({ length: 8 }, () => []);
    const dashed = Array.from({ length: 8 }, () => []);
    const add = (write, end) => {
      if (!write || write.at === end.at || !this.geometry.has(write.at) || !this.geometry.has(end.at)) { return; }
      if (end.kind === "Apply" && end.arrived !== null && this.store.update(end.dot)?.buffers.has(end.at)) { return; }
      (end.kind === "Buffer" ? dashed : solid)[(write.at - 1) % 8].push(write.x - origin, this.geometry.across(write.at), end.x - origin, this.geometry.across(end.at));
    };
    for (const row of rows) {
      if (row.kind === "Apply" || row.kind === "Buffer") { add(this.store.update(row.dot)?.write, row); }
      if (late && row.kind === "Write") {
        const update = this.store.update(row.dot);
        for (const end of update.applies.values()) { if (shown(end)) { add(row, end); } }
        for (const end of update.buffers.values()) { if (shown(end)) { add(row, end); } }
      }
    }
    context.lineWidth = 1.2;
    for (const [list, dash] of [[solid, []], [dashed, [6, 4]]]) {
      context.setLineDash(dash);
      list.forEach((lines, colour) => {
        if (lines.length === 0) { return; }
        context.strokeStyle = this.palette.replicas[colour];
        context.beginPath();
        for (let i = 0; i < lines.length; i += 4) { arrow(context, lines[i], lines[i + 1], lines[i + 2], lines[i + 3], heads); }
        context.stroke();
      });
    }
    context.setLineDash([]);
  }

  /** Where the bar of a waiting lies across, and how thick it is: below the line, or, where time runs down, left of it. */
  barBox(row) {
    const level = Math.min(row.level, Levels);
    const line = this.geometry.across(row.at);
    return this.geometry.vertical ? [line - 18 - level * 9, 8] : [line + 11 + level * 16, level < Levels ? 14 : 7];
  }

  /** A waiting that ended. */
  closedBar(context, row, origin) {
    const from = row.x - origin;
    const to = row.until.x - origin;
    this.bar(context, row, from, to);
    if (row.level < Levels && !this.geometry.vertical) {
      const text = row.until.kind === "Apply" ? `waited ${seconds(row.until.time - row.time)} for ${waitsFor(this.store, row)}` : "never applied";
      if (to - from > text.length * 6.2 + 16) {
        const [across, height] = this.barBox(row);
        this.geometry.text(context, text, from + 10, across + height / 2, { align: "left", colour: this.palette.text, plate: this.palette["waiting-tint"] });
      }
    }
  }

  bar(context, row, from, to) {
    const [across, height] = this.barBox(row);
    const start = Math.max(from, -Far);
    const width = Math.max(2, Math.min(to, Far) - start);
    context.fillStyle = this.palette["waiting-tint"];
    context.fillRect(start, across, width, height);
    context.fillStyle = this.palette.hatch(context, this.palette.waiting);
    context.fillRect(start, across, width, height);
    context.strokeStyle = this.palette.waiting;
    context.lineWidth = 1;
    context.strokeRect(start + 0.5, across + 0.5, width - 1, height - 1);
    // Arrival and end hang on the lifeline.
    context.beginPath();
    const line = this.geometry.across(row.at);
    context.moveTo(from, this.geometry.vertical ? line - 7 : line + 7);
    context.lineTo(from, this.geometry.vertical ? across + height : across);
    context.stroke();
  }

  #marks(context, rows, origin) {
    const { palette, geometry } = this;
    const writes = Array.from({ length: 8 }, () => []);
    const applies = Array.from({ length: 8 }, () => []);
    for (const row of rows) {
      if (row.kind === "Write") { writes[(row.origin - 1) % 8].push(row); }
      else if (row.kind === "Apply") { applies[(row.origin - 1) % 8].push(row); }
      else { this.#other(context, row, row.x - origin, geometry.across(row.at)); }
    }
    context.lineWidth = 2;
    applies.forEach((list, colour) => {
      if (list.length === 0) { return; }
      context.beginPath();
      for (const row of list) { outline(context, palette.shape(row.origin), row.x - origin, geometry.across(row.at), 5); }
      context.fillStyle = palette.surface;
      context.fill();
      context.strokeStyle = palette.replicas[colour];
      context.stroke();
    });
    writes.forEach((list, colour) => {
      if (list.length === 0) { return; }
      context.beginPath();
      for (const row of list) { outline(context, palette.shape(row.origin), row.x - origin, geometry.across(row.at), 6.5); }
      context.fillStyle = palette.replicas[colour];
      context.fill();
    });
  }

  /** The few letters beside a mark, off the way by which arrows come; with a plate under them where they must be read over anything. */
  label(context, row, origin, plate = null) {
    const along = row.x - origin;
    const across = this.geometry.across(row.at);
    const colour = row.kind === "Write" ? this.palette.text : this.palette["text-2"];
    const font = row.kind === "Write" ? "600 12px system-ui, sans-serif" : "12px system-ui, sans-serif";
    if (this.geometry.vertical) { this.geometry.text(context, labelOf(row), along + 11, across + 9, { align: "left", colour, font, plate }); }
    else { this.geometry.text(context, labelOf(row), along + 7, across - (row.kind === "Write" ? 28 : 14), { align: "left", colour, font, plate }); }
  }

  #other(context, row, along, across) {
    const { palette } = this;
    context.lineWidth = 1.6;
    context.fillStyle = palette.surface;
    switch (row.kind) {
      case "Buffer": {
        // The ghost: what a store without causal delivery would show from here on.
        context.strokeStyle = palette.text;
        context.setLineDash(row.ghost ? [3, 2.5] : []);
        context.beginPath();
        if (row.ghost) { context.arc(along, across, 7, 0, Turn); } else { context.moveTo(along, across - 6); context.lineTo(along, across + 6); }
        context.fill();
        context.stroke();
        context.setLineDash([]);
        break;
      }
      case "Read":
        context.strokeStyle = palette.text;
        context.beginPath();
        context.moveTo(along - 5.5, across);
        context.lineTo(along, across - 5.5);
        context.lineTo(along + 5.5, across);
        context.lineTo(along, across + 5.5);
        context.closePath();
        context.fill();
        context.stroke();
        break;
      case "Drop": {
        context.strokeStyle = palette.error;
        const toPeer = row.peer && this.geometry.has(row.peer);
        const end = toPeer ? across + (this.geometry.across(row.peer) - across) * 0.4 : across;
        context.beginPath();
        if (toPeer) {
          context.moveTo(along, across);
          context.lineTo(along + 10, end);
        }
        cross(context, toPeer ? along + 10 : along, end, 4.5);
        context.stroke();
        break;
      }
      case "Kill":
      case "Stop":
      case "Restart":
      case "Join":
      case "Leave": {
        const ends = row.kind === "Kill" || row.kind === "Stop" || row.kind === "Leave";
        context.strokeStyle = row.kind === "Kill" ? palette.error : row.kind === "Restart" ? palette.ok : palette["text-2"];
        context.beginPath();
        context.arc(along, across, 7, 0, Turn);
        context.fill();
        if (ends) { cross(context, along, across, 4.2); }
        context.stroke();
        if (!ends) {
          context.beginPath();
          context.arc(along, across, 2.4, 0, Turn);
          context.fillStyle = context.strokeStyle;
          context.fill();
        }
        break;
      }
      case "SiblingMade":
      case "SiblingResolved":
        context.strokeStyle = palette.text;
        context.beginPath();
        context.arc(along, across, 7, 0, Turn);
        context.fill();
        context.beginPath();
        for (const shift of row.kind === "SiblingMade" ? [-4.5, 0, 4.5] : [0]) {
          context.moveTo(along, across + 5);
          context.lineTo(along, across + 1);
          context.lineTo(along + shift, across - 5);
        }
        context.stroke();
        break;
      case "LinkChanged":
        context.strokeStyle = palette.waiting;
        context.beginPath();
        context.rect(along - 4, across - 4, 8, 8);
        context.fill();
        context.stroke();
        break;
      default:
        context.strokeStyle = palette["text-3"];
        context.beginPath();
        context.arc(along, across, 3, 0, Turn);
        context.fill();
        context.stroke();
    }
  }
}

function arrow(context, x1, y1, x2, y2, heads) {
  // Ends far outside are brought near: canvas arithmetic is not exact out there.
  if (x1 < -Far && x2 > -Far) { y1 += (y2 - y1) * (-Far - x1) / (x2 - x1); x1 = -Far; }
  if (x2 > Far && x1 < Far) { y2 = y1 + (y2 - y1) * (Far - x1) / (x2 - x1); x2 = Far; }
  const dx = x2 - x1;
  const dy = y2 - y1;
  const length = Math.hypot(dx, dy) || 1;
  const ex = x2 - dx / length * 7;
  const ey = y2 - dy / length * 7;
  context.moveTo(x1, y1);
  context.lineTo(ex, ey);
  if (heads) {
    const ux = dx / length * 7;
    const uy = dy / length * 7;
    context.moveTo(ex - ux - uy * 0.5, ey - uy + ux * 0.5);
    context.lineTo(ex, ey);
    context.lineTo(ex - ux + uy * 0.5, ey - uy - ux * 0.5);
  }
}

export function outline(context, shape, x, y, r) {
  if (shape === 0) {
    context.moveTo(x + r, y);
    context.arc(x, y, r, 0, Turn);
  } else if (shape === 1) {
    context.rect(x - r * 0.9, y - r * 0.9, r * 1.8, r * 1.8);
  } else {
    context.moveTo(x, y - r * 1.1);
    context.lineTo(x + r, y + r * 0.8);
    context.lineTo(x - r, y + r * 0.8);
    context.closePath();
  }
}

function cross(context, x, y, r) {
  context.moveTo(x - r, y - r);
  context.lineTo(x + r, y + r);
  context.moveTo(x + r, y - r);
  context.lineTo(x - r, y + r);
}
