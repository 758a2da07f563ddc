// The diagram's own connection to the dashboard. It asks for the next frame when the last was taken in: never more than one is on its
// way. Where nobody looks (a hidden tab), it does not ask.

const FrameInterval = 33;
const BusyFrameInterval = 120; // Where each frame brings many rows: fewer and larger ones cost less, and still come before they are drawn.
const ManyRows = 50;
const EnoughHeld = 60_000; // While the view is paused or in the past, the held rows are not pushed out by newer ones.

export class Feed {
  #connection;
  #store;
  #handlers;
  #ended = false;
  #epoch = null;
  #version = 0;
  #older = false;
  #offset = null;
  /** When the last frame came, by this browser's clock; null while there was none. */
  receivedAt = null;
  lostAt = null;

  constructor(store, handlers) {
    this.#store = store;
    this.#handlers = handlers;
    this.#connection = new signalR.HubConnectionBuilder()
      .withUrl("/hubs/causality", { transport: signalR.HttpTransportType.WebSockets, skipNegotiation: true })
      .configureLogging(signalR.LogLevel.None)
      .build();
  }

  /** The dashboard's clock in Unix milliseconds, as far as this browser knows it. */
  get now() { return Date.now() + (this.#offset ?? 0); }

  async run() {
    for (let wait = 250; !this.#ended; wait = Math.min(wait * 2, 3000)) {
      try {
        await this.#connection.start();
        const away = this.lostAt === null ? null : Date.now() - this.lostAt;
        this.lostAt = null;
        wait = 250;
        this.#handlers.connected(away);
        await this.#pull();
      } catch {
        // Whatever went wrong, the picture stays and it is tried again.
      }
      if (this.#ended) { return; }
      await this.#connection.stop();
      this.lostAt ??= this.receivedAt ?? Date.now();
      this.#handlers.lost();
      await pause(wait);
    }
  }

  async end() {
    this.#ended = true;
    await this.#connection.stop();
  }

  /** Fetches the rows before those held, if there are any and nobody fetches already. */
  async older() {
    const { oldest, first } = this.#store;
    if (this.#older || first <= oldest || this.#store.rows.length > EnoughHeld || this.lostAt !== null) { return; }
    this.#older = true;
    try {
      const frame = await this.#connection.invoke("Before", first);
      if (frame.epoch === this.#epoch && frame.rows.length > 0 && frame.rows[frame.rows.length - 1].n === this.#store.first - 1) {
        this.#store.prepend(frame.rows);
        this.#handlers.older();
      }
    } catch {
      // The connection is gone; the loop notices.
    } finally {
      this.#older = false;
    }
  }

  async #pull() {
    while (!this.#ended) {
      if (document.hidden) {
        await shown();
        continue;
      }
      if (!this.#handlers.isLive() && this.#store.rows.length >= EnoughHeld) {
        await pause(500);
        if (this.#connection.state !== signalR.HubConnectionState.Connected) { return; }
        continue;
      }
      const frame = await this.#connection.invoke("Next", this.#epoch === null ? 0 : this.#store.last, this.#version);
      this.#take(frame);
      await pause(frame.rows.length >= ManyRows ? BusyFrameInterval : FrameInterval);
    }
  }

  #take(frame) {
    const here = Date.now();
    this.receivedAt = here;
    if (this.#epoch !== frame.epoch) {
      // Another process of the dashboard: its numbers are not ours.
      if (this.#epoch !== null) { this.#store.clear(); }
      this.#epoch = frame.epoch;
    }
    // The least delayed frame tells best; a little forgetting follows a clock that drifts.
    const offset = frame.at / 1000 - here;
    this.#offset = this.#offset === null || offset > this.#offset ? offset : this.#offset + (offset - this.#offset) * 0.01;
    this.#version = frame.version;
    this.#store.oldest = frame.oldest;
    this.#store.newest = frame.last;
    if (frame.lanes) { this.#store.setLanes(frame.lanes); }
    const added = this.#store.append(frame.rows, frame.lost);
    this.#handlers.frame(added, frame.lanes !== undefined, frame.lost);
  }
}

const pause = milliseconds => new Promise(done => setTimeout(done, milliseconds));

const shown = () => new Promise(done => {
  const look = () => {
    if (!document.hidden) {
      document.removeEventListener("visibilitychange", look);
      done();
    }
  };
  document.addEventListener("visibilitychange", look);
});
