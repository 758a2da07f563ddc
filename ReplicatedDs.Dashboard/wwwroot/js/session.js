// What the circuit asks of the page.
window.replicatedDs = {
  // The visitor's causal session outlives a reload of the page, and ends with the tab.
  session: {
    load() {
      try { return JSON.parse(sessionStorage.getItem("causal-session")); } catch { return null; }
    },
    save(session) {
      try {
        if (session) { sessionStorage.setItem("causal-session", JSON.stringify(session)); } else { sessionStorage.removeItem("causal-session"); }
      } catch { /* Without storage the session lasts as long as the page. */ }
    },
  },

  // What the circuit draws stands still while the shell's button says so. A lost circuit draws nothing anyway.
  pause: {
    follow(view) {
      const tell = () => {
        const { paused, moment } = document.documentElement.dataset;
        const [n, t] = moment ? moment.split("/").map(Number) : [-1, 0];
        view.invokeMethodAsync("Set", paused === "true", n, t).catch(() => {});
      };
      document.addEventListener("replicated-ds:pause", tell);
      tell();
    },
  },

  // What the command palette offers and carries out.
  palette: {
    desk: null,
    follow(desk) { replicatedDs.palette.desk = desk; },
  },

  // What is chosen on the page stands in the address; set by js/live.js.
  address: { write() {} },

  // A list that follows as long as its top is in sight.
  scroll: {
    follow(id, view) {
      let atTop = true;
      document.addEventListener("scroll", event => {
        if (event.target.id !== id) { return; }
        const now = event.target.scrollTop < 4;
        if (now !== atTop) {
          atTop = now;
          view.invokeMethodAsync("Scrolled", now).catch(() => {});
        }
      }, { capture: true, passive: true });
    },
    top(id) { document.getElementById(id)?.scrollTo({ top: 0 }); },
  },

  // A pane that was opened takes the focus, and gives it back when it closes.
  focus: {
    into(id) {
      const pane = document.getElementById(id);
      if (!pane) { return; }
      replicatedDs.focus.from = document.activeElement;
      pane.focus();
      pane.scrollIntoView({ block: "nearest" });
    },
    back() {
      if (replicatedDs.focus.from?.isConnected) { replicatedDs.focus.from.focus(); }
    },
  },
};
