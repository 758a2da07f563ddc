// The controls' circuit: it never gives up, because a dashboard that was restarted comes back at the same address.
Blazor.start({
  circuit: {
    reconnectionOptions: {
      maxRetries: 1e6,
      retryIntervalMilliseconds: attempt => Math.min(250 * 2 ** attempt, 3000),
    },
  },
});
