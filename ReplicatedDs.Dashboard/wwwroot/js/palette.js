// The command palette: a combobox in a dialog. What it offers and carries out, the circuit knows; an action is asked about once more.
import { element, setText } from "./dom.js";

const byId = id => document.getElementById(id);
const dialog = byId("palette");
const input = byId("palette-input");
const list = byId("palette-list");
const Kinds = { page: "page", replica: "replica", key: "key", update: "update", trace: "trace", action: "do" };
let entries = [];
let chosen = 0;
let asked = null; // The action that the next Enter carries out.
let turn = 0;

if (dialog) {
  input.addEventListener("input", suggest);
  input.addEventListener("keydown", press);
  byId("palette-open").addEventListener("click", open);
  dialog.addEventListener("click", event => { if (event.target === dialog) { dialog.close(); } });
}

export function open() {
  if (!dialog || dialog.open) { return; }
  input.value = "";
  dialog.showModal();
  suggest();
}

async function suggest() {
  const mine = ++turn;
  asked = null;
  let found;
  try {
    found = await window.replicatedDs.palette.desk.invokeMethodAsync("Suggest", input.value);
  } catch {
    found = null;
  }
  if (mine !== turn) { return; }
  entries = found ?? pages();
  chosen = 0;
  draw();
  setText(byId("palette-note"), found === null ? "The controls are not connected: only pages can be opened." : entries.length === 0 ? "Nothing of that name. Keys are offered from the last updates; actions begin with their word, such as kill." : "");
}

/** Without the circuit, the rail still leads everywhere. */
function pages() {
  return [...document.querySelectorAll(".rail a")].map(link => ({ kind: "page", text: link.querySelector(".rail-name").textContent.trim(), hint: "", address: link.getAttribute("href") }))
    .filter(page => page.text.toLowerCase().includes(input.value.trim().toLowerCase()));
}

function draw() {
  list.replaceChildren(...entries.map((entry, i) => {
    const item = element("li", { role: "option", id: `palette-${i}`, "aria-selected": String(i === chosen), "data-kind": entry.kind },
      element("span", { class: "palette-kind" }, Kinds[entry.kind] ?? entry.kind), element("strong", { class: "palette-text" }, entry.text), element("span", { class: "hint" }, entry.problem ?? entry.hint));
    item.addEventListener("click", () => {
      chosen = i;
      take();
    });
    return item;
  }));
  if (entries.length > 0) { input.setAttribute("aria-activedescendant", `palette-${chosen}`); } else { input.removeAttribute("aria-activedescendant"); }
  list.children[chosen]?.scrollIntoView({ block: "nearest" });
}

function press(event) {
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  if (event.key in steps && entries.length > 0) {
    event.preventDefault();
    asked = null;
    setText(byId("palette-note"), "");
    chosen = (chosen + steps[event.key] + entries.length) % entries.length;
    draw();
  } else if (event.key === "Tab" && entries[chosen]?.kind === "action") {
    event.preventDefault();
    fill(entries[chosen]);
  } else if (event.key === "Enter") {
    event.preventDefault();
    take();
  }
}

function fill(entry) {
  input.value = entry.text;
  suggest();
}

async function take() {
  const entry = entries[chosen];
  if (!entry) { return; }
  if (entry.address) {
    // As a link would: the moment goes along.
    const link = element("a", { href: entry.address });
    document.body.append(link);
    link.click();
    link.remove();
    dialog.close();
    return;
  }
  if (entry.problem) {
    if (entry.text !== input.value.trim()) { fill(entry); } else { setText(byId("palette-note"), entry.problem); }
    return;
  }
  if (asked !== entry) {
    asked = entry;
    const past = document.documentElement.dataset.paused === "true" ? "It acts on the cluster now, not on what is shown. " : "";
    setText(byId("palette-note"), `${entry.hint}? ${past}Enter does it, Esc leaves.`);
    return;
  }
  asked = null;
  setText(byId("palette-note"), `${entry.hint}…`);
  input.setAttribute("aria-busy", "true");
  try {
    const text = await window.replicatedDs.palette.desk.invokeMethodAsync("Run", entry.text);
    setText(byId("palette-note"), text);
    dialog.close();
  } catch {
    setText(byId("palette-note"), "The controls are not connected: it may or may not have been done.");
  } finally {
    input.removeAttribute("aria-busy");
  }
}
