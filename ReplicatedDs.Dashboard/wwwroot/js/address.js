// What is looked at stands in the address, so that it can be kept, sent and gone back to.

/** What goes along to another page: the moment, and how much of the log the strip shows. */
const Carried = ["at", "span"];

export const read = name => new URL(location.href).searchParams.get(name);

/** Sets or takes away (null) parts of the address; with `push` the one before can be gone back to. */
export function write(changes, { push = false } = {}) {
  const url = new URL(location.href);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === undefined || value === "") { url.searchParams.delete(name); } else { url.searchParams.set(name, value); }
  }
  if (url.href !== location.href) { history[push ? "pushState" : "replaceState"](history.state, "", url); }
}

/** Links and forms take the moment along. */
export function carry() {
  const follow = event => {
    const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
    if (!link || link.target || link.hasAttribute("download") || link.origin !== location.origin || link.getAttribute("href").startsWith("#")) { return; }
    const url = new URL(link.href);
    for (const name of Carried) {
      const value = read(name);
      if (value === null) { url.searchParams.delete(name); } else { url.searchParams.set(name, value); }
    }
    if (url.href !== link.href) { link.href = url.href; }
  };
  document.addEventListener("click", follow, { capture: true });
  document.addEventListener("auxclick", follow, { capture: true });
  document.addEventListener("submit", event => {
    if (event.target.method !== "get") { return; }
    for (const name of Carried) {
      event.target.querySelector(`input[type=hidden][name=${name}]`)?.remove();
      const value = read(name);
      if (value !== null) { event.target.append(Object.assign(document.createElement("input"), { type: "hidden", name, value })); }
    }
  }, { capture: true });
}
