using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;

namespace ReplicatedDs.Client.Calls;

/// <summary>An open stream of server-sent events. A replica sends something every 5 s, so one that is silent for longer is dead.</summary>
internal sealed class EventStream : IAsyncDisposable
{
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

    /// <summary>The events until the stream ends, by itself or because the connection broke.</summary>
    public async IAsyncEnumerable<SseItem<string>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var items = SseParser.Create(_body).EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await NextAsync(items, cancellationToken).ConfigureAwait(false))
        {
            yield return items.Current;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _body.DisposeAsync().ConfigureAwait(false);
        _response.Dispose();
    }

    private static async Task<bool> NextAsync(IAsyncEnumerator<SseItem<string>> items, CancellationToken cancellationToken)
    {
        try
        {
            return await items.MoveNextAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or TimeoutException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
