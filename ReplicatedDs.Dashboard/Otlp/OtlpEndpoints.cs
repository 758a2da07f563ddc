using Google.Protobuf;
using Microsoft.Net.Http.Headers;
using ReplicatedDs.Dashboard.Otlp.Store;
using ReplicatedDs.Dashboard.Otlp.Wire;

namespace ReplicatedDs.Dashboard.Otlp;

/// <summary>
/// The receiver of OpenTelemetry's protocol, as http/protobuf: <c>POST /v1/traces</c>, <c>/v1/metrics</c> and <c>/v1/logs</c>. Spans are kept
/// for the Traces page; metrics and logs are counted.
/// </summary>
internal static class OtlpEndpoints
{
    public const string NotProtobuf = "The body is not a message of this signal in OTLP's protobuf encoding.";

    private const string Protobuf = "application/x-protobuf";

    public static void AddOtlpReceiver(this IServiceCollection services)
    {
        services.AddSingleton<OtlpKey>();
        services.AddSingleton<ReceiverCounts>();
        services.AddSingleton(new TraceStore());
    }

    public static void MapOtlp(this IEndpointRouteBuilder routes)
    {
        var store = routes.ServiceProvider.GetRequiredService<TraceStore>();
        var counts = routes.ServiceProvider.GetRequiredService<ReceiverCounts>();
        var turns = new SemaphoreSlim(OtlpLimits.RequestsAtOnce);
        Map("/v1/traces", ExportTraceServiceRequest.Parser, request => TakeSpans(request, store, counts));
        Map("/v1/metrics", ExportMetricsServiceRequest.Parser, request => TakeMetrics(request, counts));
        Map("/v1/logs", ExportLogsServiceRequest.Parser, request => TakeLogs(request, counts));

        void Map<T>(string path, MessageParser<T> parser, Func<T, IMessage> take)
            where T : IMessage<T>, new() =>
            routes.MapPost(path, (HttpContext context, OtlpKey key) => AnswerAsync(context, key, turns, counts, parser.WithDiscardUnknownFields(true), take))
                .AllowAnonymous();
    }

    private static async Task AnswerAsync<T>(
        HttpContext context, OtlpKey key, SemaphoreSlim turns, ReceiverCounts counts, MessageParser<T> parser, Func<T, IMessage> take)
        where T : IMessage<T>, new()
    {
        try
        {
            RequireKey(context.Request, key);
            var isPacked = RequireKnownForm(context.Request);
            var body = await OtlpBody.ReadAsync(context);
            if (!await turns.WaitAsync(OtlpLimits.TurnTimeout, context.RequestAborted))
            {
                context.Response.Headers.RetryAfter = "1";
                throw new OtlpRefusal(StatusCodes.Status503ServiceUnavailable, "The receiver is busy; send it again in a second.");
            }

            byte[] answer;
            try
            {
                answer = take(Parse(isPacked ? OtlpBody.Unpack(body) : body, parser)).ToByteArray();
            }
            finally
            {
                turns.Release();
            }

            context.Response.ContentType = Protobuf;
            await context.Response.BodyWriter.WriteAsync(answer, context.RequestAborted);
        }
        catch (OtlpRefusal refusal)
        {
            counts.Refused(refusal.Message);
            await RefuseAsync(context, refusal);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // The sender went away, or sent too slowly: there is nobody to answer.
            context.Abort();
        }
    }

    private static void RequireKey(HttpRequest request, OtlpKey key)
    {
        if (key.IsOff)
        {
            throw new OtlpRefusal(StatusCodes.Status401Unauthorized, "This dashboard takes no telemetry: it was started without Dashboard:OtlpKey.");
        }

        if (!key.Accepts(request.Headers[OtlpKey.Header]))
        {
            throw new OtlpRefusal(StatusCodes.Status401Unauthorized, $"The header {OtlpKey.Header} is missing or is not the key of Dashboard:OtlpKey.");
        }
    }

    /// <returns>Whether the body is packed.</returns>
    private static bool RequireKnownForm(HttpRequest request)
    {
        if (!IsProtobuf(request))
        {
            throw new OtlpRefusal(StatusCodes.Status415UnsupportedMediaType, $"The content type is '{Shown(request.ContentType)}'; this receiver takes {Protobuf} (OTLP's http/protobuf).");
        }

        return request.Headers.ContentEncoding.ToString().ToLowerInvariant() switch
        {
            "" or "identity" => false,
            "gzip" => true,
            var other => throw new OtlpRefusal(StatusCodes.Status415UnsupportedMediaType, $"The content encoding is '{Shown(other)}'; this receiver takes gzip or none."),
        };
    }

    private static bool IsProtobuf(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType.Equals(Protobuf, StringComparison.OrdinalIgnoreCase);

    private static string Shown(string? text) => text is null or "" ? "missing" : text.Length <= 60 ? text : text[..60] + "…";

    private static T Parse<T>(ReadOnlyMemory<byte> body, MessageParser<T> parser)
        where T : IMessage<T>, new()
    {
        try
        {
            WireCensus.Check(body.Span, new T().Descriptor);
            return parser.ParseFrom(body.Span);
        }
        catch (InvalidProtocolBufferException)
        {
            throw new OtlpRefusal(StatusCodes.Status400BadRequest, NotProtobuf);
        }
    }

    private static ExportTraceServiceResponse TakeSpans(ExportTraceServiceRequest request, TraceStore store, ReceiverCounts counts)
    {
        var taking = new SpanTaking(store);
        foreach (var resource in request.ResourceSpans)
        {
            taking.Take(resource);
        }

        counts.Spans(taking.Taken, taking.Rejected);
        return taking.Rejected == 0
            ? new ExportTraceServiceResponse()
            : new ExportTraceServiceResponse { PartialSuccess = new ExportTracePartialSuccess { RejectedSpans = taking.Rejected, ErrorMessage = taking.Reasons } };
    }

    private static ExportMetricsServiceResponse TakeMetrics(ExportMetricsServiceRequest request, ReceiverCounts counts)
    {
        counts.MetricPoints(request.ResourceMetrics.SelectMany(resource => resource.ScopeMetrics).SelectMany(scope => scope.Metrics).Sum(Points));
        return new ExportMetricsServiceResponse();
    }

    private static long Points(Metric metric) =>
        (metric.Gauge ?? metric.Sum ?? metric.Histogram ?? metric.ExponentialHistogram ?? metric.Summary)?.DataPoints.Count ?? 0;

    private static ExportLogsServiceResponse TakeLogs(ExportLogsServiceRequest request, ReceiverCounts counts)
    {
        counts.LogRecords(request.ResourceLogs.SelectMany(resource => resource.ScopeLogs).Sum(scope => (long)scope.LogRecords.Count));
        return new ExportLogsServiceResponse();
    }

    private static async Task RefuseAsync(HttpContext context, OtlpRefusal refusal)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = refusal.Status;
        if (IsProtobuf(context.Request))
        {
            // Senders of OTLP expect a google.rpc.Status with every refusal.
            context.Response.ContentType = Protobuf;
            var code = refusal.Status switch { 401 => 16, 413 => 8, 503 => 14, _ => 3 };
            await context.Response.BodyWriter.WriteAsync(new Wire.Status { Code = code, Message = refusal.Message }.ToByteArray());
            return;
        }

        context.Response.ContentType = "text/plain; charset=utf-8";
        await context.Response.WriteAsync(refusal.Message + "\n");
    }
}
