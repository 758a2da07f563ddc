// The theme's colours, read from the style sheet, so that there is one place where they are chosen; and the patterns made of them.

const names = ["background", "surface", "line", "control", "text", "text-2", "text-3", "accent", "waiting", "error", "ok", "waiting-tint", "accent-tint"];

export class Palette {
  #host;
  #patterns = new Map();
  replicas = [];

  constructor(host) {
    this.#host = host;
    this.read();
  }

  read() {
    const style = getComputedStyle(this.#host);
    for (const name of names) { this[name] = style.getPropertyValue(`--${name}`).trim() || "gray"; }
    this.replicas = Array.from({ length: 8 }, (_, i) => style.getPropertyValue(`--replica-${i + 1}`).trim() || this.text);
    this.#patterns.clear();
  }

  /** The hue of a replica; its shape tells replicas of the same hue apart. */
  of(id) { return this.replicas[(id - 1) % 8]; }
  shape(id) { return Math.floor((id - 1) / 8) % 3; }

  /** Diagonal lines: buffered is a pattern, not a colour. */
  hatch(context, colour, gap = 6) {
    const key = `${colour}/${gap}`;
    let pattern = this.#patterns.get(key);
    if (!pattern) {
      const size = gap * 2;
      const tile = document.createElement("canvas");
      tile.width = tile.height = size;
      const draw = tile.getContext("2d");
      draw.strokeStyle = colour;
      draw.lineWidth = 1.5;
      draw.beginPath();
      for (const shift of [-size, -size / 2, 0, size / 2, size]) {
        draw.moveTo(shift, size);
        draw.lineTo(shift + size, 0);
      }
      draw.stroke();
      pattern = context.createPattern(tile, "repeat");
      this.#patterns.set(key, pattern);
    }
    return pattern;
  }
}
