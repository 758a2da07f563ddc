// The live feed: a connection of its own to the hub, apart from the controls' circuit. It draws what only flows, at most once a
// frame, and says how old the picture is when the feed is lost.
import { ClockMatrix } from "./clocks.js";
import { age, number, setText, timeOfDay } from "./dom.js";
import { EventList } from "./events.js";
import { PendingTable } from "./pending.js";

const byId = id => document.getElementById(id);

if (byId("live-chip")) { start(); }

function start() {
  // The shell lives on every page; of the panels each page has its own.
  const panel = (id, make) => byId(id) ? make(byId(id)) : null;
  const clocks = panel("clocks", host => new ClockMatrix(host));
  const pending = panel("pending", host => new PendingTable(host));
  const events = panel("events", host => new EventList(host));
  let view = null;
  let offset = 0; // The dashboard's clock less this browser's.
  let receivedAt = 0;
  let lostAt = null;
  let paused = false;
  let pausedAt = 0; // The number of the newest event then.
  let drawing = false;

  const now = () => Date.now() + offset;

  const connection = new signalR.HubConnectionBuilder()
    .withUrl(`/hubs/cluster?events=${events !== null}`, { transport: signalR.HttpTransportType.WebSockets, skipNegotiation: true })
    .configureLogging(signalR.LogLevel.None)
    .build();

  connection.on("view", received => {
    view = received;
    offset = Date.parse(received.at) - Date.now();
    receivedAt = Date.now();
    schedule();
  });
  connection.on("events", batch => {
    events?.add(batch);
    schedule();
  });
  connection.onclose(() => lost());

  connect();
  setInterval(tick, 1000);
  byId("pause").addEventListener("click", () => pause(!paused));
  document.addEventListener("keydown", press);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { schedule(); } });

  async function connect() {
    for (let wait = 250; ; wait = Math.min(wait * 2, 3000)) {
      try {
        await connection.start();
        if (lostAt !== null) { announce(`The feed is back; ${age(Date.now() - lostAt)} were not recorded by this view.`); }
        lostAt = null;
        chip();
        return;
      } catch {
        lost();
        await new Promise(done => setTimeout(done, wait));
      }
    }
  }

  function lost() {
    if (lostAt === null) {
      lostAt = receivedAt || Date.now();
      if (receivedAt) { connect(); }
    }
    chip();
  }

  function pause(wanted) {
    paused = wanted;
    pausedAt = view?.lastEvent ?? 0;
    byId("pause").setAttribute("aria-pressed", String(paused));
    setText(byId("pause"), paused ? "Go on" : "Pause");
    document.documentElement.dataset.paused = String(paused);
    document.dispatchEvent(new CustomEvent("replicated-ds:pause", { detail: { paused } })); // For pages with a feed of their own.
    chip();
    schedule();
  }

  function press(event) {
    if (event.key === " " && !event.ctrlKey && !event.altKey && !event.metaKey && (event.target === document.body || event.target.id === "main")) {
      event.preventDefault();
      pause(!paused);
    }
  }

  function schedule() {
    if (drawing || document.hidden) { return; }
    drawing = true;
    requestAnimationFrame(() => {
      drawing = false;
      draw();
    });
  }

  function draw() {
    chip();
    if (!view || paused) { return; }
    const at = now();
    clocks?.draw(view, at);
    pending?.draw(view, at);
    events?.draw();
    for (const id of ["clocks", "pending", "events"]) { byId(id)?.removeAttribute("aria-busy"); }
    setText(byId("count-writes"), number(Math.round(view.writesPerSecond)));
    setText(byId("count-pending"), number(view.pending));
    setText(byId("count-prevented"), number(view.prevented));
    const members = view.replicas.filter(replica => replica.id !== null).length;
    setText(byId("scope"), `${view.control.actRefusal ? "observe · " : view.lab ? "lab · " : ""}${members} ${members === 1 ? "replica" : "replicas"}`);
    setText(byId("pending-total"), number(view.pending));
    byId("pending-total").hidden = view.pending === 0;
    document.documentElement.dataset.view = view.version;
  }

  function tick() {
    chip();
    if (paused || document.hidden) { return; }
    clocks?.tick(now());
    pending?.tick(now());
  }

  function chip() {
    const missed = paused && view ? view.lastEvent - pausedAt : 0;
    const element = byId("live-chip");
    const state = lostAt !== null ? "lost" : !view ? "connecting" : paused ? "paused" : "live";
    element.dataset.state = state;
    const icon = { lost: "⚠", connecting: "◌", paused: "❚❚", live: "●" }[state];
    const word = {
      lost: `DISCONNECTED ${age(Date.now() - (lostAt ?? 0))} ago`,
      connecting: "CONNECTING",
      paused: `PAUSED${missed > 0 ? `, ${number(missed)} new` : ""}`,
      live: "LIVE",
    }[state];
    setText(element.querySelector(".chip-icon"), icon);
    setText(byId("live-word"), word);
    setText(byId("live-time"), state === "live" ? timeOfDay(now()).slice(0, 8) : "");
    document.body.classList.toggle("feed-is-lost", state === "lost");
    const banner = byId("feed-lost");
    banner.hidden = state !== "lost";
    if (state === "lost") {
      // Announced once: the age is in the chip, which is not read out.
      setText(banner, receivedAt ? `The dashboard does not answer. This is the picture of ${timeOfDay(receivedAt + offset).slice(0, 8)}; trying again.` : "The dashboard's feed does not answer; trying again.");
    }
  }

  function announce(text) { setText(byId("announcer"), text); }
}
