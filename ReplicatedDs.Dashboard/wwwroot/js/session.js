// The visitor's causal session outlives a reload of the page, and ends with the tab.
window.replicatedDs = {
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
};
