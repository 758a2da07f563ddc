// Where lifelines lie. "Along" runs with time, "across" from lifeline to lifeline: to the right and down, or, where the window is
// narrow, down and to the right. Everything is computed in these two; only text and the outermost transformation know the difference.

const SpacingMin = 56;
const SpacingMax = 136;

export class Geometry {
  vertical = false;
  ruler = 26;
  spacing = SpacingMax;
  extent = 400; // Across, in pixels.
  ids = [];
  ratio = 1;
  #places = new Map();

  arrange(ids, vertical, available) {
    this.vertical = vertical;
    this.ids = ids;
    this.ruler = vertical ? 62 : 26;
    const room = Math.max(1, available - this.ruler);
    const count = Math.max(1, ids.length);
    this.spacing = vertical ? room / count : Math.min(SpacingMax, Math.max(SpacingMin, room / count));
    this.extent = this.ruler + this.spacing * count;
    this.#places = new Map(ids.map((id, index) => [id, index]));
    this.ratio = Math.min(2, window.devicePixelRatio || 1);
  }

  has(id) { return this.#places.has(id); }

  /** The lifeline's place; names and bars have a side each, so the line itself is off the middle. */
  across(id) { return this.ruler + this.spacing * ((this.#places.get(id) ?? 0) + (this.vertical ? 0.36 : 0.44)); }

  /** The lifeline nearest to a place. */
  at(across) {
    const index = Math.floor((across - this.ruler) / this.spacing);
    return this.ids[Math.max(0, Math.min(this.ids.length - 1, index))];
  }

  /** From now on the context takes (along, across). */
  enter(context) {
    const r = this.ratio;
    if (this.vertical) { context.setTransform(0, r, r, 0, 0, 0); } else { context.setTransform(r, 0, 0, r, 0, 0); }
  }

  /** How long a text is, in pixels. */
  measure(context, text) {
    context.font = "12px system-ui, sans-serif";
    return context.measureText(text).width;
  }

  /** Writes upright, whichever way time runs. */
  text(context, text, along, across, { align = "center", colour, plate = null, font = "12px system-ui, sans-serif" } = {}) {
    const r = this.ratio;
    context.save();
    context.setTransform(r, 0, 0, r, 0, 0);
    const [x, y] = this.vertical ? [across, along] : [along, across];
    context.font = font;
    context.textAlign = align;
    context.textBaseline = "middle";
    if (plate) {
      const width = context.measureText(text).width;
      const from = align === "left" ? x : align === "right" ? x - width : x - width / 2;
      context.fillStyle = plate;
      context.fillRect(from - 3, y - 8, width + 6, 16);
    }
    context.fillStyle = colour;
    context.fillText(text, x, y);
    context.restore();
  }
}
