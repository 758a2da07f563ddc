// The picture as SVG: drawn by what draws the canvas, into a context that writes elements instead of pixels. Text stays text.
import { Painter } from "./paint.js";
import { Scene } from "./scene.js";

export const ShapesMax = 5000;

const escape = text => String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
const round = value => Math.round(value * 10) / 10;

/** As much of a canvas' context as the diagram uses. */
class SvgContext {
  elements = [];
  patterns = new Map();
  fillStyle = "black";
  strokeStyle = "black";
  lineWidth = 1;
  lineCap = "butt";
  globalAlpha = 1;
  font = "12px system-ui, sans-serif";
  textAlign = "left";
  textBaseline = "middle";
  #dash = [];
  #path = "";
  #swap = false;
  #stack = [];
  #ruler = document.createElement("canvas").getContext("2d");

  save() { this.#stack.push([this.fillStyle, this.strokeStyle, this.lineWidth, this.globalAlpha, this.font, this.textAlign, this.#dash, this.#swap]); }
  restore() { [this.fillStyle, this.strokeStyle, this.lineWidth, this.globalAlpha, this.font, this.textAlign, this.#dash, this.#swap] = this.#stack.pop(); }
  setTransform(a) { this.#swap = a === 0; }
  setLineDash(dash) { this.#dash = dash; }
  clip() { /* The picture's own edge cuts. */ }
  beginPath() { this.#path = ""; }
  closePath() { this.#path += "Z"; }
  moveTo(x, y) { this.#path += `M${this.#at(x, y)}`; }
  lineTo(x, y) { this.#path += `${this.#path === "" ? "M" : "L"}${this.#at(x, y)}`; }
  rect(x, y, w, h) { this.#path += `M${this.#at(x, y)}L${this.#at(x + w, y)}L${this.#at(x + w, y + h)}L${this.#at(x, y + h)}Z`; }

  arc(x, y, r) {
    // The diagram draws whole circles only.
    this.#path += `M${this.#at(x - r, y)}A${r} ${r} 0 1 1 ${this.#at(x + r, y)}A${r} ${r} 0 1 1 ${this.#at(x - r, y)}`;
  }

  stroke() { this.#add(`<path d="${this.#path}" fill="none" stroke="${escape(this.strokeStyle)}" stroke-width="${this.lineWidth}"${this.#dash.length > 0 ? ` stroke-dasharray="${this.#dash}"` : ""}${this.#opacity}/>`); }
  fill() { this.#add(`<path d="${this.#path}" fill="${escape(this.fillStyle)}"${this.#opacity}/>`); }

  fillRect(x, y, w, h) { this.#rect(x, y, w, h, `fill="${escape(this.fillStyle)}"`); }
  strokeRect(x, y, w, h) { this.#rect(x, y, w, h, `fill="none" stroke="${escape(this.strokeStyle)}" stroke-width="${this.lineWidth}"`); }

  fillText(text, x, y) {
    const anchor = { left: "start", center: "middle", right: "end" }[this.textAlign];
    const [, weight, size, family] = /^(?:(\d+) )?(\d+)px (.+)$/.exec(this.font);
    this.#add(`<text x="${round(x)}" y="${round(y)}" dy=".35em" text-anchor="${anchor}" font-size="${size}" font-family="${escape(family)}"${weight ? ` font-weight="${weight}"` : ""} fill="${escape(this.fillStyle)}"${this.#opacity}>${escape(text)}</text>`);
  }

  measureText(text) {
    this.#ruler.font = this.font;
    return this.#ruler.measureText(text);
  }

  #rect(x, y, w, h, look) {
    const [left, top, width, height] = this.#swap ? [y, x, h, w] : [x, y, w, h];
    this.#add(`<rect x="${round(left)}" y="${round(top)}" width="${round(Math.max(0, width))}" height="${round(Math.max(0, height))}" ${look}${this.#opacity}/>`);
  }

  #at(x, y) { return this.#swap ? `${round(y)} ${round(x)}` : `${round(x)} ${round(y)}`; }
  get #opacity() { return this.globalAlpha < 1 ? ` opacity="${this.globalAlpha}"` : ""; }
  #add(element) { this.elements.push(element); }
}

/** The visible picture as a document of its own, with what was left out in its footer. */
export function svg(diagram) {
  const { store, viewport, geometry, scene } = diagram;
  const context = new SvgContext();
  const palette = Object.create(diagram.palette, {
    hatch: { value: (_, colour) => {
      const id = `hatch-${context.patterns.size}`;
      const known = context.patterns.get(colour) ?? id;
      context.patterns.set(colour, known);
      return `url(#${known})`;
    } },
  });
  const shown = row => diagram.isShown(row) && row.at > 0 && geometry.has(row.at);
  const all = store.rows.filter(row => shown(row) && row.x >= viewport.left - 90 && row.x <= viewport.left + viewport.length + 90);
  const rows = all.slice(0, ShapesMax);
  const painter = new Painter(store, palette, geometry);
  const tiles = { each: () => {
    geometry.enter(context);
    painter.rows(context, rows, viewport.left, { shown, heads: rows.length < 500, late: true });
  } };
  const copy = new Scene({ getContext: () => context }, store, viewport, geometry, painter, tiles, palette);
  Object.assign(copy, { shown, moment: scene.moment, pin: scene.pin, path: scene.path, ribbons: scene.ribbons });
  copy.draw(diagram.place(viewport.frozen ? diagram.frozenNow : diagram.now));

  const [width, height] = geometry.vertical ? [geometry.extent, viewport.length] : [viewport.length, geometry.extent];
  const margin = geometry.vertical ? 0 : 70;
  const heads = geometry.ids.map(id => geometry.vertical
    ? `<text x="${round(geometry.across(id))}" y="24" text-anchor="middle" font-size="13" font-weight="600" font-family="system-ui, sans-serif" fill="${palette.text}">r${id}</text>`
    : `<text x="${margin - 14}" y="${round(geometry.across(id))}" dy=".35em" text-anchor="end" font-size="13" font-weight="600" font-family="system-ui, sans-serif" fill="${palette.text}">r${id}</text>`);
  const summary = diagram.part("summary").textContent;
  const parts = [`Filled: write. Ring: applied. Dashed ring: would have been visible without causal delivery. Hatched: waits.`];
  if (diagram.sampling.level === 2) { parts.push(`${diagram.part("level").textContent}. In the colours of the writers; drawn by themselves are the longest waits, conflicts, drops and what happens to replicas.`); }
  if (diagram.sampling.rate > 1) { parts.push(`1 in ${diagram.sampling.rate} updates is drawn, and every one that waited.`); }
  if (all.length > rows.length) { parts.push(`The last ${(all.length - rows.length).toLocaleString("en-US")} events are left out: at most ${ShapesMax.toLocaleString("en-US")} are drawn.`); }
  if (diagram.filter !== "") { parts.push(`Only keys with ${diagram.filter}.`); }
  const footer = parts.map((text, i) => `<text x="10" y="${height + 18 + i * 17}" font-size="12" font-family="system-ui, sans-serif" fill="${palette["text-2"]}">${escape(text)}</text>`);
  const patterns = [...context.patterns].map(([colour, id]) => `<pattern id="${id}" width="6" height="6" patternUnits="userSpaceOnUse"><path d="M-1 7L7 -1M-1 1L1 -1M5 7L7 5" stroke="${escape(colour)}" stroke-width="1.3"/></pattern>`);
  const total = height + 12 + parts.length * 17;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${Math.ceil(width + margin)}" height="${Math.ceil(total)}" viewBox="0 0 ${Math.ceil(width + margin)} ${Math.ceil(total)}" role="img" aria-labelledby="title desc">
<title id="title">Space-time diagram of a ReplicatedDs cluster</title>
<desc id="desc">${escape(summary)}</desc>
<defs>${patterns.join("")}<clipPath id="frame"><rect width="${round(width)}" height="${round(height)}"/></clipPath></defs>
<rect width="100%" height="100%" fill="${palette.surface}"/>
${heads.join("\n")}
<g transform="translate(${margin} 0)" clip-path="url(#frame)">
${context.elements.join("\n")}
</g>
${footer.join("\n")}
</svg>
`;
}
