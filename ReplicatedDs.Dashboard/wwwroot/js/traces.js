// Arrow keys, Home and End walk the list of updates, as Tab does, only faster. Everything else on these pages is plain links.
const steps = {
  ArrowDown: (at, count) => Math.min(at + 1, count - 1),
  ArrowUp: at => Math.max(at - 1, 0),
  Home: () => 0,
  End: (_, count) => count - 1,
};

document.addEventListener("keydown", event => {
  const step = steps[event.key];
  if (!step || event.ctrlKey || event.altKey || event.metaKey || !event.target.classList?.contains("trace-open")) { return; }
  const all = [...document.querySelectorAll("a.trace-open")];
  event.preventDefault();
  all[step(all.indexOf(event.target), all.length)]?.focus();
});
