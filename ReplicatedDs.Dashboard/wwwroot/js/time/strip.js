// The time strip: how much was written and how much waited over the retained log, and the moment that the page shows. Drawn at most once
// a second, and when something is done to it.
import { read, write } from "../address.js";
import { age, number, setText, timeOfDay } from "../dom.js";
import { Playback } from "./playback.js";

const Refresh = 1000;
const Second = 1e6;
const DefaultSpan = "60"; // Seconds.
const EdgeWidth = 8; // Who drags to the end wants to be back at now.

export class TimeStrip {
  #host;
  #track;
  #canvas;
  #span;
  #moments;
  #playback;
  #ask;
  #now;
  #strip = null;
  #range = null; // Held still while an earlier moment is shown.
  #dragging = false;
  #asking = false;

  /** `ask` fetches the aggregates of a stretch of time; `now` is the cluster's time in microseconds. */
  constructor(host, { moments, ask, now }) {
    this.#host = host;
    this.#moments = moments;
    this.#ask = ask;
    this.#now = now;
    this.#track = host.querySelector("#time-track");
    this.#canvas = host.querySelector("canvas");
    this.#span = host.querySelector("#time-span");
    const asked = read("span");
    this.#span.value = [...this.#span.options].some(option => option.value === asked) ? asked : DefaultSpan;
    this.#span.addEventListener("change", () => {
      this.#range = null;
      write({ span: this.#span.value === DefaultSpan ? null : this.#span.value });
      this.refresh();
    });
    host.querySelector("#time-back").addEventListener("click", event => this.step(event.shiftKey ? -10 : -1));
    host.querySelector("#time-on").addEventListener("click", event => this.step(event.shiftKey ? 10 : 1));
    this.#playback = new Playback(host.querySelector("#time-play"), host.querySelector("#time-speed"), {
      moments, now, start: () => Math.max(this.#strip?.from ?? 0, this.#strip?.oldest.t ?? 0),
    });
    host.querySelector("#time-live").addEventListener("click", () => moments.live());
    this.#track.addEventListener("pointerdown", event => this.#down(event));
    this.#track.addEventListener("pointermove", event => { if (this.#dragging) { this.#seek(event, false); } });
    for (const end of ["pointerup", "pointercancel"]) { this.#track.addEventListener(end, () => { this.#dragging = false; }); }
    this.#track.addEventListener("keydown", event => this.#press(event));
    new ResizeObserver(() => this.draw()).observe(this.#track);
    new MutationObserver(() => this.draw()).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
    setInterval(() => { if (!document.hidden && this.#track.offsetParent !== null) { this.refresh(); } }, Refresh);
  }

  async step(by) {
    this.#playback.stop();
    // From now, it is the newest event that counts, not the newest at the last refreshing.
    if (this.#moments.frame === null) { await this.refresh(); }
    this.#moments.step(by, this.#strip?.newest.n ?? 0);
  }

  async refresh() {
    if (this.#asking) { return; }
    this.#asking = true;
    try {
      const [from, to] = this.#wanted();
      this.#strip = await this.#ask(from, to);
      this.draw();
    } catch {
      // Not connected: what is drawn stays.
    } finally {
      this.#asking = false;
    }
  }

  /** The moment changed: the marker and the words, and what is seen if the moment lies outside. */
  moved() {
    if (this.#moments.frame === null) { this.#range = null; }
    this.#playback.moved();
    this.draw();
    if (this.#moments.frame === null || !this.#holds(this.#moments.frame.moment.t)) { this.refresh(); }
  }

  draw() {
    this.#words();
    const strip = this.#strip;
    const width = this.#track.clientWidth;
    const height = this.#track.clientHeight;
    if (!strip || width === 0) { return; }
    const ratio = Math.min(2, devicePixelRatio || 1);
    this.#canvas.width = Math.round(width * ratio);
    this.#canvas.height = Math.round(height * ratio);
    const context = this.#canvas.getContext("2d");
    context.scale(ratio, ratio);
    const style = getComputedStyle(this.#track);
    const colour = name => style.getPropertyValue(`--${name}`).trim() || "gray";
    const at = t => (t - strip.from) / (strip.to - strip.from) * width;
    const middle = Math.round(height * 0.62);
    const column = width / strip.writes.length;
    const most = Math.max(1, ...strip.writes);
    const deepest = Math.max(1, ...strip.depth);
    context.fillStyle = colour("accent");
    strip.writes.forEach((count, i) => {
      if (count > 0) { context.fillRect(i * column, middle - Math.max(1.5, count / most * (middle - 3)), Math.max(1, column - (column > 3 ? 1 : 0)), Math.max(1.5, count / most * (middle - 3))); }
    });
    context.fillStyle = colour("waiting");
    strip.depth.forEach((count, i) => {
      if (count > 0) { context.fillRect(i * column, middle + 1, Math.ceil(column), Math.max(2, count / deepest * (height - middle - 3))); }
    });
    context.fillStyle = colour("control");
    context.fillRect(0, middle, width, 1);

    // What is not kept, and what was lost, is hatched: nothing is known of it, which is not nothing.
    hatch(context, 0, Math.max(0, Math.min(width, at(strip.oldest.t))), height, colour("text-3"), 0.3);
    for (const i of strip.lost) { hatch(context, i * column - 2, Math.max(5, column) + 2, height, colour("error"), 0.6); }
    const moment = this.#moments.frame?.moment;
    const place = Math.max(1, Math.min(width - 1, at(moment ? moment.t : this.#now())));
    context.fillStyle = colour(moment ? "waiting" : "ok");
    context.fillRect(place - 1, 0, 2, height);
    if (moment) {
      context.beginPath();
      context.moveTo(place - 6, 0);
      context.lineTo(place + 6, 0);
      context.lineTo(place, 8);
      context.fill();
    }
  }

  #words() {
    const frame = this.#moments.frame;
    const strip = this.#strip;
    const now = this.#now();
    const moment = frame?.moment;
    const isOldest = moment && strip && moment.n <= strip.oldest.n;
    const text = moment
      ? `${fine(moment.t)} · ${isOldest ? "as far back as the log reaches" : `event ${number(moment.n)}: ${frame.sentence}`}`
      : strip === null || strip.newest.n === 0 ? "No events yet." : `Kept: ${age((now - strip.oldest.t) / 1000)}, ${number(strip.newest.n - strip.oldest.n)} events.${strip.lost.length > 0 ? " Red hatching: events that were lost." : ""} Drag, or press the comma, to look back.`;
    setText(this.#host.querySelector("#time-words"), text);
    this.#host.querySelector("#time-live").disabled = !moment;
    this.#host.querySelector("#time-on").disabled = !moment;
    const range = strip ?? { from: now - Second, to: now };
    const track = this.#track;
    track.setAttribute("aria-valuemin", Math.round(range.from / Second));
    track.setAttribute("aria-valuemax", Math.round(range.to / Second));
    track.setAttribute("aria-valuenow", Math.round(Math.max(range.from, Math.min(range.to, moment?.t ?? now)) / Second));
    track.setAttribute("aria-valuetext", moment ? `${timeOfDay(moment.t / 1000).slice(0, 8)}, ${age((now - moment.t) / 1000)} ago: ${frame.sentence}` : "now");
  }

  #holds(t) { return this.#strip !== null && t >= this.#strip.from && t <= this.#strip.to; }

  #wanted() {
    const span = Number(this.#span.value) * Second;
    if (span === 0) { return [0, 0]; }
    const t = this.#moments.frame?.moment.t;
    const now = Math.round(this.#now());
    if (t === undefined) { return [now - span, now]; }
    if (this.#range === null) { this.#range = this.#strip && this.#strip.to - this.#strip.from <= span * 1.01 ? [this.#strip.from, this.#strip.to] : [now - span, now]; }
    if (t < this.#range[0] || t > this.#range[1]) { this.#range = [Math.round(t - span / 2), Math.round(t + span / 2)]; }
    return this.#range;
  }

  #down(event) {
    if (event.button !== 0) { return; }
    event.preventDefault();
    this.#playback.stop();
    this.#track.focus();
    this.#dragging = true;
    this.#track.setPointerCapture(event.pointerId);
    this.#seek(event, true);
  }

  #seek(event, isFirst) {
    if (!this.#strip) { return; }
    const box = this.#track.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    const t = this.#strip.from + Math.max(0, Math.min(1, share)) * (this.#strip.to - this.#strip.from);
    const isAtTheEnd = event.clientX >= box.right - EdgeWidth && this.#strip.to >= this.#strip.newest.t;
    if (isAtTheEnd || t >= this.#now()) { this.#moments.live(); } else { this.#moments.atTime(t, isFirst || this.#moments.frame === null); }
  }

  #press(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) { return; }
    this.#playback.stop();
    const length = this.#strip ? this.#strip.to - this.#strip.from : Second;
    const from = this.#moments.frame?.moment.t ?? this.#now();
    const jump = share => {
      const t = from + share * length;
      if (t >= this.#now()) { this.#moments.live(); } else { this.#moments.atTime(t, this.#moments.frame === null); }
    };
    switch (event.key) {
      case "ArrowLeft": case "ArrowDown": this.step(event.shiftKey ? -10 : -1); break;
      case "ArrowRight": case "ArrowUp": this.step(event.shiftKey ? 10 : 1); break;
      case "PageDown": jump(-0.05); break;
      case "PageUp": jump(0.05); break;
      case "Home": this.#moments.atEvent(0, this.#moments.frame === null); break;
      case "End": case "Escape": this.#moments.live(); break;
      default: return;
    }
    event.preventDefault();
  }
}

/** A time of day to the millisecond. */
function fine(t) { return `${timeOfDay(t / 1000).slice(0, 8)}.${String(Math.floor(t / 1000) % 1000).padStart(3, "0")}`; }

function hatch(context, left, width, height, colour, alpha) {
  if (width <= 0) { return; }
  context.save();
  context.beginPath();
  context.rect(left, 0, width, height);
  context.clip();
  context.strokeStyle = colour;
  context.globalAlpha = alpha;
  context.beginPath();
  for (let x = Math.floor(left / 7) * 7 - height; x < left + width; x += 7) {
    context.moveTo(x, height);
    context.lineTo(x + height, 0);
  }
  context.stroke();
  context.restore();
}
