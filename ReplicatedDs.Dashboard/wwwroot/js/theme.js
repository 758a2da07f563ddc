// Dark, light or as the system has it; remembered by this browser. Runs before the first paint.
(() => {
  const read = () => {
    try { return localStorage.getItem("theme") ?? "system"; } catch { return "system"; }
  };
  const apply = choice => { document.documentElement.dataset.theme = choice; };
  apply(read());
  document.addEventListener("DOMContentLoaded", () => {
    const select = document.getElementById("theme");
    if (!select) { return; }
    select.value = read();
    select.addEventListener("change", () => {
      apply(select.value);
      try { localStorage.setItem("theme", select.value); } catch { /* Not remembered, but applied. */ }
    });
  });
})();
