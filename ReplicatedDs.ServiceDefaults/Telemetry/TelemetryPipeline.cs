using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ReplicatedDs.ServiceDefaults.Telemetry;

/// <summary>
/// The OpenTelemetry providers of this process with one named exporter per target. It stands on the SDK alone: the hosting and
/// instrumentation packages only add what the runtime's own sources and meters give as well.
/// </summary>
internal sealed class TelemetryPipeline
{
    // People watch spans and logs as they come.
    private const int LiveDelayMs = 500;

    private static readonly string[] Sources = ["ReplicatedDs.*", "Microsoft.AspNetCore", "System.Net.Http"];

    private static readonly string[] Meters =
    [
        "ReplicatedDs.*", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http", "System.Runtime",
    ];

    private readonly OpenTelemetrySdk _sdk;
    private int _isShutDown;

    public TelemetryPipeline(ExportTargets targets, string applicationName)
    {
        _sdk = OpenTelemetrySdk.Create(builder => builder
            .ConfigureResource(resource => Describe(resource, applicationName))
            .WithTracing(tracing => Export(tracing.AddSource(Sources), targets))
            .WithMetrics(metrics => Export(metrics.AddMeter(Meters), targets))
            .WithLogging(logging => Export(logging, targets)));
        LoggerFactory = _sdk.GetLoggerFactory();
    }

    /// <summary>Writes to the log exporters.</summary>
    public ILoggerFactory LoggerFactory { get; }

    /// <summary>Sends what is buffered, giving up after <paramref name="timeout"/>. Later telemetry is lost.</summary>
    public async Task ShutdownAsync(TimeSpan timeout)
    {
        if (Interlocked.Exchange(ref _isShutDown, 1) != 0)
        {
            return;
        }

        var milliseconds = (int)timeout.TotalMilliseconds;
        var flushed = Task.WhenAll(
            Task.Run(() => _sdk.TracerProvider.Shutdown(milliseconds)),
            Task.Run(() => _sdk.MeterProvider.Shutdown(milliseconds)),
            Task.Run(() => _sdk.LoggerProvider.Shutdown(milliseconds)));

        // An exporter that hangs in a connect does not look at its own timeout.
        await Task.WhenAny(flushed, Task.Delay(timeout)).ConfigureAwait(false);
    }

    private static void Describe(ResourceBuilder resource, string applicationName)
    {
        // A name from the environment (Aspire sets it) is in the default resource already; adding one here would override it.
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("OTEL_SERVICE_NAME")))
        {
            resource.AddService(applicationName, autoGenerateServiceInstanceId: false);
        }
    }

    private static void Export(TracerProviderBuilder tracing, ExportTargets targets)
    {
        if (targets.HasStandard)
        {
            tracing.AddOtlpExporter("otlp", null);
        }

        if (targets.Dashboard is not null)
        {
            tracing.AddOtlpExporter("dashboard/traces", options =>
            {
                ToDashboard(options, targets, "v1/traces");
                options.BatchExportProcessorOptions.ScheduledDelayMilliseconds = LiveDelayMs;
            });
        }
    }

    private static void Export(MeterProviderBuilder metrics, ExportTargets targets)
    {
        if (targets.HasStandard)
        {
            metrics.AddOtlpExporter("otlp", (Action<OtlpExporterOptions>?)null);
        }

        if (targets.Dashboard is not null)
        {
            metrics.AddOtlpExporter("dashboard/metrics", (options, reader) =>
            {
                ToDashboard(options, targets, "v1/metrics");
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = 5000;
            });
        }
    }

    private static void Export(LoggerProviderBuilder logging, ExportTargets targets)
    {
        if (targets.HasStandard)
        {
            logging.AddOtlpExporter("otlp", (Action<OtlpExporterOptions>?)null);
        }

        if (targets.Dashboard is not null)
        {
            logging.AddOtlpExporter("dashboard/logs", (options, processor) =>
            {
                ToDashboard(options, targets, "v1/logs");
                processor.BatchExportProcessorOptions.ScheduledDelayMilliseconds = LiveDelayMs;
            });
        }
    }

    // Options are shared by all exporters of one name, and the address differs by signal: so each has a name of its own.
    private static void ToDashboard(OtlpExporterOptions options, ExportTargets targets, string path)
    {
        options.Protocol = OtlpExportProtocol.HttpProtobuf;
        options.Endpoint = new Uri(targets.Dashboard!.AbsoluteUri.TrimEnd('/') + "/" + path);

        // OTEL_EXPORTER_OTLP_HEADERS may carry a key of the other receiver.
        options.Headers = targets.DashboardKey is { } key ? "x-otlp-api-key=" + Uri.EscapeDataString(key) : null;
    }
}
