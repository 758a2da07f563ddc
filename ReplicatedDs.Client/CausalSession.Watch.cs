using System.Runtime.CompilerServices;
using System.Text.Json;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Client.Calls;

namespace ReplicatedDs.Client;

/// <content>Watching keys.</content>
public sealed partial class CausalSession
{
    /// <summary>
    /// Changes as they become visible, for as long as it is read. When the replica goes, the watch goes on at another one without loss; what was told
    /// since the last position is told again. The session has seen what it was told. Ends only with cancellation, the session, or an error that
    /// trying again would not help.
    /// </summary>
    /// <param name="prefix">Only keys that start with it.</param>
    /// <param name="position">A <see cref="Change.Position"/> to go on from; <c>null</c>: from now on.</param>
    public async IAsyncEnumerable<Change> WatchAsync(
        string prefix = "", string? position = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        ObjectDisposedException.ThrowIf(_ends.IsCancellationRequested, this);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ends.Token);
        for (var round = 0; ; round++)
        {
            foreach (var replica in _dispatcher.Candidates(_state, only: null))
            {
                await using var stream = await OpenAsync(replica, prefix, position, ends.Token).ConfigureAwait(false);
                if (stream is null)
                {
                    continue;
                }

                round = 0;
                await foreach (var item in stream.ReadAsync(ends.Token).ConfigureAwait(false))
                {
                    if (!string.IsNullOrEmpty(item.Id))
                    {
                        position = item.Id;
                        _state.Merge(position); // it is the token of everything told: what the session does next is not behind it
                    }

                    if (item.Data is not null && ToChange(item.Type, item.Data, position) is { } change)
                    {
                        yield return change;
                    }
                }

                _dispatcher.Pool.Failed(replica); // it ended: the next one
                break;
            }

            await _dispatcher.PauseAsync(round, ends.Token).ConfigureAwait(false);
        }
    }

    private async Task<EventStream?> OpenAsync(Uri replica, string prefix, string? position, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(replica, $"/watch?prefix={Uri.EscapeDataString(prefix)}"));
        var presented = _state.Tokens;
        if (presented.Text is { } tokens)
        {
            request.Headers.TryAddWithoutValidation("Causal-Token", tokens);
        }

        if (position is not null)
        {
            request.Headers.TryAddWithoutValidation("Last-Event-ID", position);
        }

        try
        {
            var stream = await EventStream.OpenAsync(_dispatcher, request, cancellationToken).ConfigureAwait(false);
            _dispatcher.Pool.Answered(replica);
            if (stream.Token is { } token)
            {
                _state.Answered(presented, token);
            }

            return stream;
        }
        catch (Exception exception) when (exception is ReplicasUnavailableException or CausalTimeoutException)
        {
            _dispatcher.Pool.Failed(replica);
            return null;
        }
    }

    private static Change? ToChange(string type, string data, string? position)
    {
        if (type == "reset")
        {
            return new Change(ChangeKind.Reset, "", null, null, position);
        }

        try
        {
            if (JsonSerializer.Deserialize(data, ClientJson.Default.EntryView) is not { Key: not null } body)
            {
                return null;
            }

            if (!Dot.TryParse(body.Dot, out var dot))
            {
                throw new UnexpectedAnswerException($"A change of '{body.Key}' does not say which update it is of.");
            }

            return body.Deleted
                ? new Change(ChangeKind.Deleted, body.Key, null, dot, position)
                : new Change(
                    ChangeKind.Set,
                    body.Key,
                    body.Value is null ? null : new Entry(body.Key, EntryViews.Decode(body.Value, body.Encoding), body.ContentType, dot, body.Siblings, body.Type),
                    dot,
                    position);
        }
        catch (JsonException exception)
        {
            throw new UnexpectedAnswerException($"A change is told in a way that this client does not understand: {exception.Message}", exception);
        }
    }
}
