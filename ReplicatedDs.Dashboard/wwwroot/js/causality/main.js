// Starts the diagram where the page has one, and ends it when the page is left without a new document.
let diagram = null;

async function look() {
  const host = document.getElementById("causality");
  if (diagram && diagram.host !== host) {
    diagram.end();
    diagram = null;
  }
  if (host && !diagram) {
    const { Diagram } = await import("./diagram.js");
    if (document.getElementById("causality") === host && !diagram) { diagram = new Diagram(host); }
  }
}

look();
window.Blazor?.addEventListener?.("enhancedload", look);
