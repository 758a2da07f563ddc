using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ReplicatedDs.ServiceDefaults.Lifetime;
using ReplicatedDs.ServiceDefaults.Telemetry;

namespace ReplicatedDs.ServiceDefaults;

/// <summary>What every process of the application has in common: the Aspire convention.</summary>
public static class ServiceDefaultsExtensions
{
    private const string SelfCheck = "self";

    /// <summary>
    /// Adds telemetry (exported to <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> and <c>Dashboard:Otlp</c>, nothing if neither is set; the latter gets
    /// <c>Dashboard:OtlpKey</c> in the header <c>x-otlp-api-key</c>), health checks,
    /// problem details, and with <c>Lifetime:Parent=stdin</c> the end of this process when its parent's is over.
    /// </summary>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);

        // First, so that it watches while everything else starts.
        if (string.Equals(builder.Configuration["Lifetime:Parent"], "stdin", StringComparison.OrdinalIgnoreCase))
        {
            builder.Services.AddHostedService<ParentWatcher>();
        }

        AddTelemetry(builder);
        builder.Services.AddHealthChecks().AddCheck(SelfCheck, () => HealthCheckResult.Healthy());
        builder.Services.AddProblemDetails();
        return builder;
    }

    /// <summary>
    /// Maps <c>/health</c> (every check) and <c>/alive</c> (the process answers). A service whose readiness says more maps its own instead.
    /// </summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapHealthChecks("/health");
        app.MapHealthChecks("/alive", new HealthCheckOptions { Predicate = check => check.Name == SelfCheck });
        return app;
    }

    /// <summary>
    /// Gives server spans their route and status, and keeps requests to <c>/health</c>, <c>/alive</c>, <c>/events</c>, <c>/metrics</c> and
    /// <paramref name="untracedPrefixes"/> out of the traces. Comes first in the pipeline.
    /// </summary>
    public static IApplicationBuilder UseServerSpans(this IApplicationBuilder app, params string[] untracedPrefixes) => app.UseServerSpans(static _ => true, untracedPrefixes);

    /// <inheritdoc cref="UseServerSpans(IApplicationBuilder, string[])" />
    /// <param name="isTraced">Whether a request of that trace is wanted, at the rate at which they come.</param>
    public static IApplicationBuilder UseServerSpans(this IApplicationBuilder app, Func<ActivityTraceId, bool> isTraced, params string[] untracedPrefixes)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(isTraced);
        ArgumentNullException.ThrowIfNull(untracedPrefixes);
        PathString[] untraced = [.. ServerSpans.DefaultUntraced, .. untracedPrefixes.Select(prefix => new PathString(prefix))];
        return app.Use(next => new ServerSpans(next, untraced, isTraced).InvokeAsync);
    }

    private static void AddTelemetry(IHostApplicationBuilder builder)
    {
        // Without it the runtime's server spans carry no tags at all. It is read once, when the first host starts.
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);
        var targets = ExportTargets.From(builder.Configuration);
        if (targets.IsEmpty)
        {
            return;
        }

        var pipeline = new TelemetryPipeline(targets, builder.Environment.ApplicationName);
        builder.Services.AddSingleton(pipeline);
        builder.Services.AddHostedService<TelemetryFlush>();
        builder.Logging.AddProvider(new ForwardingLoggerProvider(pipeline.LoggerFactory));
    }
}
