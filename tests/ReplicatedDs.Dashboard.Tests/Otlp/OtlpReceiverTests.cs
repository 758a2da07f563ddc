using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Dashboard.Otlp;
using ReplicatedDs.Dashboard.Otlp.Store;
using ReplicatedDs.Dashboard.Otlp.Wire;
using ReplicatedDs.Dashboard.Tests.StandIn;

namespace ReplicatedDs.Dashboard.Tests.Otlp;

/// <summary>The receiver as senders meet it: over HTTP, good bytes from the real exporter, and bad ones.</summary>
public sealed class OtlpReceiverTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 10, 0, 0, TimeSpan.Zero);

    private RunningDashboard _dashboard = null!;

    private TraceStore Store => _dashboard.Services.GetRequiredService<TraceStore>();

    private ReceiverPicture Counts => _dashboard.Services.GetRequiredService<ReceiverCounts>().Current;

    public async Task InitializeAsync() => _dashboard = await RunningDashboard.StartAloneAsync("--Dashboard:OtlpKey", RunningDashboard.OtlpKey);

    public async Task DisposeAsync() => await _dashboard.DisposeAsync();

    [Fact]
    public async Task Spans_OfTheRealExporter_BecomeAnUpdateWithItsWaitAndItsLink()
    {
        using var spans = new StandInSpans(_dashboard.Address, RunningDashboard.OtlpKey);
        spans.Write("1#1", "x", Start);
        spans.Write("2#1", "y", Start.AddMilliseconds(20));
        spans.Apply("1#1", "x", 2, Start.AddMilliseconds(4));
        spans.Apply("1#1", "x", 3, Start.AddMilliseconds(820));
        spans.Apply("2#1", "y", 1, Start.AddMilliseconds(23));
        spans.Apply("2#1", "y", 3, Start.AddMilliseconds(24), 796, "1#1");
        spans.Flush();

        // A flush does not wait for a batch that is being sent already.
        await Deadline.UntilAsync(() => Counts.Spans, count => count == 9, "nine spans are received");
        var y = Store.Find(new Dot(2, 1))!;
        Assert.Equal((spans.TraceOf("2#1"), "y", 3, 3), (y.TraceId, y.Key, y.VisibleCount, y.Members.Length));
        Assert.Equal("replica-3", y.Names[3]);
        var part = y.PartAt(3)!;
        Assert.Equal([new Dot(1, 1)], part.Missing);
        Assert.Equal(796_000_000, part.Waited(0));
        Assert.Equal((spans.TraceOf("1#1"), new Dot(1, 1)), (part.Links.Single().TraceId, part.Links.Single().Dot));
        Assert.Equal(800_500_000, y.AtAll);
        Assert.Equal(3_500_000, y.AtHalf);
        Assert.Equal(0, Counts.RejectedSpans);
    }

    [Fact]
    public async Task MetricsAndLogs_OfTheRealExporter_AreCounted()
    {
        using var meter = new System.Diagnostics.Metrics.Meter("test-" + Guid.NewGuid());
        using (var metrics = Sdk.CreateMeterProviderBuilder()
            .AddMeter(meter.Name)
            .AddOtlpExporter("m", (options, reader) =>
            {
                To(options, "/v1/metrics");
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = 60_000;
            })
            .Build())
        {
            meter.CreateCounter<long>("c").Add(1);
            meter.CreateHistogram<double>("h").Record(2);
            meter.CreateObservableGauge("g", () => 3);
            Assert.True(metrics.ForceFlush(10_000));
        }

        Assert.Equal(6, Counts.MetricPoints); // Once at the flush, once at the end.
        using (var loggers = LoggerFactory.Create(logging => logging.AddOpenTelemetry(options => options.AddOtlpExporter(exporter => To(exporter, "/v1/logs")))))
        {
            var logger = loggers.CreateLogger("test");
            logger.LogInformation("one");
            logger.LogInformation("two");
        }

        await Deadline.UntilAsync(() => Counts.LogRecords, count => count == 2, "two log records are counted");
        Assert.Equal(0, Counts.RefusedRequests);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("another key")]
    [InlineData(RunningDashboard.OtlpKey + "x")]
    public async Task Request_WithoutTheKey_IsUnauthorized(string? key)
    {
        using var response = await PostAsync("/v1/traces", Body(Span()), key);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Contains("x-otlp-api-key", (await StatusAsync(response)).Message, StringComparison.Ordinal);
        Assert.Equal(0, Counts.Spans);
    }

    [Fact]
    public async Task Request_ToADashboardWithoutAKey_IsUnauthorizedWhateverItCarries()
    {
        await using var keyless = await RunningDashboard.StartAloneAsync();
        using var request = Request("/v1/traces", Body(Span()), "");
        using var response = await keyless.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/plain")]
    [InlineData(null)]
    public async Task Request_OfAnotherContentType_IsUnsupported(string? type)
    {
        using var request = Request("/v1/traces", Body(Span()), RunningDashboard.OtlpKey);
        request.Content!.Headers.ContentType = type is null ? null : new MediaTypeHeaderValue(type);
        using var response = await _dashboard.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        Assert.Contains("application/x-protobuf", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_OfAnotherEncoding_IsUnsupported()
    {
        using var request = Request("/v1/traces", Body(Span()), RunningDashboard.OtlpKey);
        request.Content!.Headers.ContentEncoding.Add("br");
        using var response = await _dashboard.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Theory]
    [InlineData("/v1/traces")]
    [InlineData("/v1/metrics")]
    [InlineData("/v1/logs")]
    public async Task Body_ThatIsNoMessage_IsABadRequestWithASentence(string path)
    {
        foreach (var body in new byte[][] { [0xff], "hello"u8.ToArray(), [10, 200], [10, 2, 18], [0], [3, 4], [10, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1] })
        {
            using var response = await PostAsync(path, body);
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            Assert.Equal("application/x-protobuf", response.Content.Headers.ContentType?.MediaType);
            Assert.Equal("The body is not a message of this signal in OTLP's protobuf encoding.", (await StatusAsync(response)).Message);
        }

        using var empty = await PostAsync(path, []);
        Assert.Equal(HttpStatusCode.OK, empty.StatusCode);
    }

    [Fact]
    public async Task Body_Mutilated_IsTakenOrRefusedButNeverAnError()
    {
        var random = new Random(17);
        var good = Body(Span(), Span(), Span());
        for (var i = 0; i < 400; i++)
        {
            var bad = good[..random.Next(1, good.Length + 1)];
            for (var hits = random.Next(1, 6); hits > 0; hits--)
            {
                bad[random.Next(bad.Length)] = (byte)random.Next(256);
            }

            using var response = await PostAsync("/v1/traces", bad);
            Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.BadRequest, $"{response.StatusCode} for {Convert.ToHexString(bad)}");
        }

        using var after = await PostAsync("/v1/traces", good);
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    [Fact]
    public async Task Gzip_IsTaken()
    {
        using var response = await PostAsync("/v1/traces", Zip(Body(Span())), gzip: true);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(1, Counts.Spans);
    }

    [Fact]
    public async Task Gzip_ThatIsNone_IsABadRequest()
    {
        using var response = await PostAsync("/v1/traces", Body(Span()), gzip: true);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        using var cut = await PostAsync("/v1/traces", Zip(Body(Span()))[..30], gzip: true);
        Assert.Equal(HttpStatusCode.BadRequest, cut.StatusCode);
    }

    [Fact]
    public async Task GzipBomb_IsTooLarge()
    {
        // A single unknown field of 64 MiB of zeros: some hundred KiB when packed.
        byte[] head = [0xfa, 0x01, 0x80, 0x80, 0x80, 0x20];
        var packed = Zip([.. head, .. new byte[64 << 20]]);
        Assert.True(packed.Length < 1 << 20);
        using var response = await PostAsync("/v1/traces", packed, gzip: true);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Contains("unpacks to more than", (await StatusAsync(response)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ObjectBomb_SmallBytesThatBecomeManyObjects_IsTooLarge()
    {
        // Half a million empty spans in a megabyte.
        var spans = new byte[1_000_000];
        for (var i = 0; i < spans.Length; i += 2)
        {
            spans[i] = 18;
        }

        byte[] request = [10, 0xc4, 0x84, 0x3d, 18, 0xc0, 0x84, 0x3d, .. spans];
        using var response = await PostAsync("/v1/traces", request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Contains("elements", (await StatusAsync(response)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NestingBomb_IsABadRequest()
    {
        var value = new AnyValue { StringValue = "x" };
        for (var i = 0; i < 60; i++)
        {
            value = new AnyValue { ArrayValue = new ArrayValue { Values = { value } } };
        }

        var span = Span();
        span.Attributes.Add(new KeyValue { Key = "deep", Value = value });
        using var response = await PostAsync("/v1/traces", Body(span));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("deep", (await StatusAsync(response)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_OverTheLimit_IsTooLarge()
    {
        // It is refused by its announced length. A sender that does not wait for that finds the connection closed while it sends.
        using var request = Request("/v1/traces", new byte[OtlpLimits.BodyBytesMax + 1], RunningDashboard.OtlpKey);
        request.Headers.ExpectContinue = true;
        using var response = await _dashboard.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Fact]
    public async Task Spans_ThatCannotBeUsed_AreRejectedByNumberAndReasonAndTheOthersTaken()
    {
        var (noTrace, shortId, timeless) = (Span(), Span(), Span());
        noTrace.TraceId = ByteString.CopyFrom(new byte[16]);
        shortId.SpanId = ByteString.CopyFrom(1, 2);
        timeless.StartTimeUnixNano = 0;
        using var response = await PostAsync("/v1/traces", Body(Span(), noTrace, shortId, timeless, Span()));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var answer = ExportTraceServiceResponse.Parser.ParseFrom(await response.Content.ReadAsByteArrayAsync());
        Assert.Equal(3, answer.PartialSuccess.RejectedSpans);
        Assert.Equal("Not taken: 1 without a usable time, 1 without a valid span id, 1 without a valid trace id.", answer.PartialSuccess.ErrorMessage);
        Assert.Equal((2, 3), (Counts.Spans, Counts.RejectedSpans));

        using var good = await PostAsync("/v1/traces", Body(Span()));
        Assert.Null(ExportTraceServiceResponse.Parser.ParseFrom(await good.Content.ReadAsByteArrayAsync()).PartialSuccess);
    }

    [Fact]
    public async Task Request_BegunByAWebPage_IsRefusedEvenWithTheKey()
    {
        using var request = Request("/v1/traces", Body(Span()), RunningDashboard.OtlpKey);
        request.Headers.Add("Origin", "http://evil.example");
        using var response = await _dashboard.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    private static byte[] Body(params Span[] spans) =>
        new ExportTraceServiceRequest { ResourceSpans = { new ResourceSpans { ScopeSpans = { new ScopeSpans { Spans = { spans } } } } } }.ToByteArray();

    private static Span Span() => new()
    {
        TraceId = ByteString.CopyFrom(Guid.NewGuid().ToByteArray()),
        SpanId = ByteString.CopyFrom(Guid.NewGuid().ToByteArray()[..8]),
        Name = "a span",
        StartTimeUnixNano = 1_767_261_600_000_000_000,
        EndTimeUnixNano = 1_767_261_600_000_000_500,
        Attributes = { new KeyValue { Key = "a", Value = new AnyValue { IntValue = 7 } } },
    };

    private static byte[] Zip(byte[] bytes)
    {
        using var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return target.ToArray();
    }

    private static async Task<Status> StatusAsync(HttpResponseMessage response) => Status.Parser.ParseFrom(await response.Content.ReadAsByteArrayAsync());

    private static HttpRequestMessage Request(string path, byte[] body, string? key)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
        if (key is not null)
        {
            request.Headers.Add("x-otlp-api-key", key);
        }

        return request;
    }

    private async Task<HttpResponseMessage> PostAsync(string path, byte[] body, string? key = RunningDashboard.OtlpKey, bool gzip = false)
    {
        using var request = Request(path, body, key);
        if (gzip)
        {
            request.Content!.Headers.ContentEncoding.Add("gzip");
        }

        return await _dashboard.Http.SendAsync(request);
    }

    private void To(OtlpExporterOptions options, string path)
    {
        options.Protocol = OtlpExportProtocol.HttpProtobuf;
        options.Endpoint = new Uri(_dashboard.Address, path);
        options.Headers = "x-otlp-api-key=" + RunningDashboard.OtlpKey;
    }
}
