// Small helpers to build and update elements. Text always goes in as text, never as markup.

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) { made.setAttribute(key, value === true ? "" : value); }
  }
  made.append(...children.filter(child => child !== null && child !== undefined));
  return made;
}

/** Writes text only if it differs, so that a selection in it survives. */
export function setText(target, text) {
  if (target.textContent !== text) { target.textContent = text; }
}

/** The replica's colour and shape; its name always stands beside it. */
export function mark(id) {
  const shape = ["circle", "square", "triangle"][Math.floor((id - 1) / 8) % 3];
  return element("span", { class: `mark mark-${shape}`, style: `--mark: var(--replica-${(id - 1) % 8 + 1})`, "aria-hidden": "true" });
}

export const number = value => value.toLocaleString("en-US");

/** "0:41", "12:05", "3:00:12". */
export function clocklike(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const two = value => String(value).padStart(2, "0");
  return seconds >= 3600
    ? `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
    : `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
}

/** "96 ms", "1.9 s", "12:05". */
export function age(milliseconds) {
  const value = Math.max(0, milliseconds);
  return value < 1000 ? `${Math.round(value)} ms` : value < 60_000 ? `${(value / 1000).toFixed(1)} s` : clocklike(value);
}

const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 1 });
export const timeOfDay = milliseconds => time.format(new Date(milliseconds));
