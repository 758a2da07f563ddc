// What is followed: a key, a trace or an update. Everything else is drawn faint.

export class Follow {
  constructor(text) {
    this.text = text;
    const colon = text.indexOf(":");
    this.what = colon < 0 ? "key" : text.slice(0, colon);
    this.value = colon < 0 ? text : text.slice(colon + 1);
  }

  /** In words, such as "key cart:7"; null: it is nothing that can be followed. */
  get words() { return this.value !== "" && ["key", "trace", "update"].includes(this.what) ? `${this.what} ${this.what === "trace" ? `${this.value.slice(0, 8)}…` : this.value}` : null; }

  has(store, row) {
    switch (this.what) {
      case "key": return row.keys.includes(this.value);
      case "trace": return row.dot !== 0 && (row.trace ?? store.update(row.dot)?.write?.trace ?? null) === this.value;
      default: return row.dot !== 0 && `r${row.origin}#${row.sequence}` === this.value;
    }
  }
}
