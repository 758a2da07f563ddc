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
          const traffic = window.traffic = { batches: 0, bytes: 0 };
          const latin = new TextDecoder("latin1");
          window.WebSocket = class extends WebSocket {
            constructor(...given) {
              super(...given);
              const isCircuit = this.url.includes("_blazor");
              this.addEventListener("message", ({ data }) => {
                traffic.bytes += data.byteLength ?? data.length;
                if (isCircuit && data instanceof ArrayBuffer) { traffic.batches += latin.decode(data).split("JS.RenderBatch").length - 1; }
              });
            }
          };
        })();
        """;

    private readonly List<double> _batches = [];
    private long _at;
    private (double Batches, double Bytes)? _before;
    private double _bytes;
    private double _seconds;

    /// <summary>Documents that the page opens from now on are counted.</summary>
    public static Task CountAsync(IPage page) => page.AddInitScriptAsync(Count);

    /// <summary>Render batches a second, since the look before.</summary>
    public async Task LookAsync()
    {
        var seen = await page.EvaluateAsync<JsonElement>("window.traffic");
        var now = (seen.GetProperty("batches").GetDouble(), seen.GetProperty("bytes").GetDouble());
        var at = Stopwatch.GetTimestamp();
        if (_before is { } before)
        {
            var seconds = Stopwatch.GetElapsedTime(_at, at).TotalSeconds;
            _batches.Add((now.Item1 - before.Batches) / seconds);
            _bytes += now.Item2 - before.Bytes;
            _seconds += seconds;
        }

        (_before, _at) = (now, at);
    }

    /// <summary>Of all seconds that were looked at.</summary>
    public double BatchesPerSecond => _batches.Count == 0 ? 0 : _batches.Average();

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{BatchesPerSecond:0.0} batches/s in the mean, at most {_batches.DefaultIfEmpty().Max():0.0} from look to look; {_bytes / Math.Max(_seconds, 0.001) / 1000:0} KB/s");
}
