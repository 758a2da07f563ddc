// The keyboard: single letters that press the control which is on the page anyway. They can be switched off in the help (WCAG 2.1.4),
// and are ignored while somebody types.
const byId = id => document.getElementById(id);
const help = byId("help");
const Stored = "single-letter-keys";
const ChordTime = 1500;
let goSince = 0;

if (help) { start(); }

function start() {
  const box = byId("keys-on");
  box.checked = areOn();
  box.addEventListener("change", () => {
    try { localStorage.setItem(Stored, box.checked ? "on" : "off"); } catch { /* Not remembered: as before at the next page. */ }
  });
  byId("help-open").addEventListener("click", () => help.showModal());
  byId("help-close").addEventListener("click", () => help.close());
  help.addEventListener("click", event => { if (event.target === help) { help.close(); } });
  document.addEventListener("keydown", press);
}

function areOn() {
  try { return localStorage.getItem(Stored) !== "off"; } catch { return true; }
}

function isTyping(target) {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=range], [type=button])"));
}

/** Presses the first control of those that is there; answers whether one was. */
function click(selector, root = document) {
  const found = root.querySelector(selector);
  if (!found) { return false; }
  found.click();
  return true;
}

function press(event) {
  if (event.altKey && !event.ctrlKey && !event.metaKey && event.code === "KeyH") {
    event.preventDefault();
    click("[data-key=heal-all]");
    return;
  }

  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || help.open || document.querySelector(".rz-dialog")) { return; }
  if (event.key === "Escape" && click("[data-key=close-link]", event.target.closest?.(".link-editor") ?? document)) { return; }
  if (isTyping(event.target)) { return; }
  if (event.key === "Escape") {
    click("[data-key=cancel-partition]");
    return;
  }

  if (!areOn() || event.repeat) { return; }
  if (Date.now() - goSince < ChordTime) {
    goSince = 0;
    const page = document.querySelector(`.rail [data-go="${CSS.escape(event.key)}"]`);
    if (page) {
      event.preventDefault();
      location.assign(page.href);
      return;
    }
  }

  if (act(event)) { event.preventDefault(); }
}

function act(event) {
  const near = event.target instanceof Element ? event.target.closest("[data-replica]") : null;
  const linkNear = event.target instanceof Element ? event.target.closest("[data-link]") : null;
  switch (event.key) {
    case "?": help.showModal(); return true;
    case "g": goSince = Date.now(); return true;
    case "l": case "L": return byId("pause").getAttribute("aria-pressed") === "true" && click("#pause");
    case "n": return click("[data-key=scenario-next]");
    case "N": return click("[data-key=scenario-back]");
    case "j": return click("[data-key=join]");
    case "P": return click("[data-key=partition]");
    case "r": return click("[data-key=read]");
    case "w": byId("key-key")?.focus(); return byId("key-key") !== null;
    case "x": return near !== null && click(`[data-select="${near.dataset.replica}"]`);
    case "f": return click("[data-key=fix]", event.target.closest?.(".cause") ?? document);
    case "S": return near !== null && click(`[data-stop="${near.dataset.replica}"]`);
    case "D": return near !== null && click(`[data-leave="${near.dataset.replica}"]`);
    case "e": linkNear?.querySelector("[data-change]")?.focus(); return linkNear !== null && click("[data-change]", linkNear);
    case "i": return near !== null && click(`[data-details="${near.dataset.replica}"]`);
    case "K": return near !== null && click(`[data-kill="${near.dataset.replica}"]`);
    default: return false;
  }
}
