using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;

namespace ReplicatedDs.Client.Calls;

/// <summary>An open stream of server-sent events. A replica sends something every 5 s, so one that is silent for longer is dead.</summary>
internal sealed class EventStream : IAsyncDisposable
{
    private const string Message = "message";

    private static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(20);

    private readonly HttpResponseMessage _response;
    private readonly Stream _body;

    private EventStream(HttpResponseMessage response, Stream body, string? token)
    {
        _response = response;
        _body = body;
        Token = token;
    }

    /// <value>The causal token that came with the answer's head.</value>
    public string? Token { get; }

    /// <exception cref="ReplicatedDsException">It could not be opened; <see cref="ReplicasUnavailableException"/> if trying again may help.</exception>
    public static async Task<EventStream> OpenAsync(Dispatcher dispatcher, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var replica = new Uri(request.RequestUri!.GetLeftPart(UriPartial.Authority));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(dispatcher.Options.AttemptTimeout + dispatcher.Options.CausalTimeout);
        HttpResponseMessage? response = null;
        try
        {
            response = await dispatcher.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
            {
                var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
                var token = response.Headers.TryGetValues("Causal-Token", out var values) ? string.Join(",", values) : null;
                var open = new EventStream(response, new SilenceGuardStream(body, SilenceMax), token);
                response = null;
                return open;
            }

            var answer = await Answer.ReadAsync(response, replica, timeout.Token).ConfigureAwait(false);
            var problem = Problem.Of(answer);
            throw problem.IsPassing(answer) && problem.Name != Problem.CausalTimeout
                ? new ReplicasUnavailableException($"{replica.Authority}: {problem.Sentence}", mayHaveHappened: false)
                : problem.ToException(answer);
        }
        catch (HttpRequestException exception)
        {
            throw new ReplicasUnavailableException($"{replica.Authority}: {exception.Message}", mayHaveHappened: false, exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ReplicasUnavailableException($"{replica.Authority}: it did not answer in time.", mayHaveHappened: false, exception);
        }
        finally
        {
            response?.Dispose();
        }
    }

    /// <summary>
    /// The events until the stream ends, by itself or because the connection broke. One that is cut off is left out, and its id too: the runtime's
    /// parser takes an id before its event is complete, and passes over an event that is nothing but an id.
    /// </summary>
    public async IAsyncEnumerable<ServerEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(_body, Encoding.UTF8, leaveOpen: true);
        var (type, data, id) = (Message, (StringBuilder?)null, (string?)null);
        while (await LineAsync(reader, cancellationToken).ConfigureAwait(false) is { } line)
        {
            if (line.Length == 0)
            {
                if (data is not null || id is not null)
                {
                    yield return new ServerEvent(type, data?.ToString(), id);
                }

                (type, data, id) = (Message, null, null);
                continue;
            }

            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var (field, value) = colon < 0 ? (line, "") : (line[..colon], line[(colon + 1)..]);
            value = value.StartsWith(' ') ? value[1..] : value;
            switch (field)
            {
                case "data":
                    data = data is null ? new StringBuilder(value) : data.Append('\n').Append(value);
                    break;
                case "event":
                    type = value;
                    break;
                case "id":
                    id = value;
                    break;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _body.DisposeAsync().ConfigureAwait(false);
        _response.Dispose();
    }

    /// <summary><c>null</c> at the end.</summary>
    private static async Task<string?> LineAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or TimeoutException && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
