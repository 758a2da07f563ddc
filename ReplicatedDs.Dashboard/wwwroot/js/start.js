// The controls' circuit: it never gives up, because a dashboard that was restarted comes back at the same address.
// Pages are loaded whole: what a page started (a fault of a scenario, a feed) ends when the page does.
Blazor.start({
  ssr: { disableDomPreservation: true },
  circuit: {
    reconnectionOptions: {
      maxRetries: 1e6,
      retryIntervalMilliseconds: attempt => Math.min(250 * 2 ** attempt, 3000),
    },
  },
});

// The server answers, but does not know this page's circuit: it was started anew, and so must the page be.
const reconnect = document.getElementById("components-reconnect-modal");
if (reconnect) {
  new MutationObserver(() => {
    if (reconnect.classList.contains("components-reconnect-rejected")) { location.reload(); }
  }).observe(reconnect, { attributes: true, attributeFilter: ["class"] });
}
