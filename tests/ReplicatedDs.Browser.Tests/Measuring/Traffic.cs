using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;

namespace ReplicatedDs.Browser.Tests.Measuring;

/// <summary>What a viewer's connections bring: render batches of the circuit, and bytes of all of them. Counted in the page, as they come.</summary>
internal sealed class Traffic(IPage page)
{
    private const string Count =
        """
        (() => {
          const traffic = window.traffic = { batches: 0, bytes: 0, most: 0 };
          const lately = [];
          const countBatches = (count) => {
            traffic.batches += count;
            const now = performance.now();
            for (; count > 0; count--) { lately.push(now); }
            while (lately[0] < now - 1000) { lately.shift(); }
            traffic.most = Math.max(traffic.most, lately.length);
          };
          const latin = new TextDecoder("latin1");
          window.WebSocket = class extends WebSocket {
            constructor(...given) {
              super(...given);
              const isCircuit = this.url.includes("_blazor");
              this.addEventListener("message", ({ data }) => {
                traffic.bytes += data.byteLength ?? data.length;
                if (isCircuit && data instanceof ArrayBuffer) { countBatches(latin.decode(data).split("JS.RenderBatch").length - 1); }
              });
            }
          };
        })();
        """;

    private const string Begin = "(() => { window.traffic.most = 0; return window.traffic; })()";

    private long _at;
    private (double Batches, double Bytes)? _before;
    private double _batches;
    private double _bytes;
    private double _most;
    private double _seconds;

    /// <summary>Documents that the page opens from now on are counted.</summary>
    public static Task CountAsync(IPage page) => page.AddInitScriptAsync(Count);

    /// <summary>Takes note of what came since the look before.</summary>
    public async Task LookAsync()
    {
        var seen = await page.EvaluateAsync<JsonElement>(_before is null ? Begin : "window.traffic");
        var now = (seen.GetProperty("batches").GetDouble(), seen.GetProperty("bytes").GetDouble());
        var at = Stopwatch.GetTimestamp();
        if (_before is { } before)
        {
            _batches += now.Item1 - before.Batches;
            _bytes += now.Item2 - before.Bytes;
            _seconds += Stopwatch.GetElapsedTime(_at, at).TotalSeconds;
        }

        (_before, _at, _most) = (now, at, seen.GetProperty("most").GetDouble());
    }

    /// <summary>From the first look to the last.</summary>
    public double BatchesPerSecond => _batches / Math.Max(_seconds, 0.001);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{BatchesPerSecond:0.0} batches/s in the mean, at most {_most:0} within a second; {_bytes / Math.Max(_seconds, 0.001) / 1000:0} KB/s");
}
