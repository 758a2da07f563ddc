using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using ReplicatedDs.Client.Diagnostics;
using ReplicatedDs.Client.Sessions;

namespace ReplicatedDs.Client.Calls;

/// <summary>
/// Brings calls to replicas: one after the other until one answers, in rounds with growing pauses. A write goes out again only because it carries
/// an idempotency key; the session's tokens go along to whichever replica.
/// </summary>
internal sealed class Dispatcher(HttpClient http, ReplicaPool pool, ReplicatedDsClientOptions options, TimeProvider time)
{
    public HttpClient Http => http;

    public ReplicaPool Pool => pool;

    public ReplicatedDsClientOptions Options => options;

    /// <summary>The answer: a success, or an absent key if the call allows that.</summary>
    /// <param name="only">Ask this replica alone; <c>null</c>: any.</param>
    /// <exception cref="ReplicatedDsException">Every other end.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task<Answer> SendAsync(Call call, SessionState? session, Uri? only, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var activity = Instrumentation.Source.StartActivity(call.Name, ActivityKind.Client);
        var started = time.GetTimestamp();
        var outcome = "error";
        try
        {
            var answer = await SendAsync(new Progress(call, session, activity), only, cancellationToken).ConfigureAwait(false);
            outcome = answer.IsAbsent ? "absent" : "ok";
            return answer;
        }
        catch (ReplicatedDsException exception)
        {
            outcome = exception switch
            {
                ReplicaRefusedException refused => refused.Name,
                CausalTimeoutException => Problem.CausalTimeout,
                ReplicasUnavailableException => "unavailable",
                _ => "error",
            };
            activity?.SetStatus(ActivityStatusCode.Error, exception.Message);
            throw;
        }
        catch (OperationCanceledException)
        {
            outcome = "cancelled";
            throw;
        }
        finally
        {
            activity?.SetTag("replicated_ds.outcome", outcome);
            Instrumentation.Done(call.Name, outcome, time.GetElapsedTime(started));
        }
    }

    /// <summary>The replicas to ask for one operation, in order.</summary>
    public Uri[] Candidates(SessionState? session, Uri? only) => only is not null ? [only] : pool.From(session?.NextStart() ?? 0);

    /// <summary>The pause before round <paramref name="round"/>, with a random part so that many clients do not come back at once.</summary>
    public Task PauseAsync(int round, CancellationToken cancellationToken)
    {
        var pause = options.RetryDelay * Math.Pow(2, Math.Min(round, 16));
        pause = pause < options.RetryDelayMax ? pause : options.RetryDelayMax;
        return Task.Delay(pause * (0.5 + (Random.Shared.NextDouble() / 2)), time, cancellationToken);
    }

    private async Task<Answer> SendAsync(Progress progress, Uri? only, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(options.Deadline, time);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            for (var round = 0; ; round++)
            {
                foreach (var replica in Candidates(progress.Session, only))
                {
                    if (await TryAsync(progress, replica, ends.Token).ConfigureAwait(false) is { } answer)
                    {
                        return answer;
                    }

                    if (progress.Call.IsOnce || progress.Attempts >= options.AttemptsMax)
                    {
                        throw progress.ToException(progress.Attempts == 1 ? "" : $" after {progress.Attempts} attempts");
                    }
                }

                if (progress.WasCausalTimeout)
                {
                    throw progress.ToException(""); // the time to wait is over, and every replica was asked
                }

                await PauseAsync(round, ends.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw progress.ToException($" within {options.Deadline.TotalSeconds:0.###} s");
        }
    }

    /// <summary><c>null</c>: not this one, not now.</summary>
    private async Task<Answer?> TryAsync(Progress progress, Uri replica, CancellationToken cancellationToken)
    {
        progress.Attempts++;
        var presented = progress.Session?.Tokens;
        using var request = progress.Call.ToRequest(replica);
        if (progress.Call.IsOperators && options.ClusterKey is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.ClusterKey);
        }

        var wait = progress.WasCausalTimeout ? TimeSpan.Zero : options.CausalTimeout;
        if (presented?.Text is { } tokens)
        {
            request.Headers.TryAddWithoutValidation("Causal-Token", tokens);
            request.Headers.TryAddWithoutValidation("Causal-Timeout", ((long)wait.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));
        }

        using var timeout = new CancellationTokenSource(options.AttemptTimeout + wait, time);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        Answer answer;
        try
        {
            using var response = await http.SendAsync(request, ends.Token).ConfigureAwait(false);
            answer = await Answer.ReadAsync(response, replica, ends.Token).ConfigureAwait(false);
        }
        catch (HttpRequestException exception)
        {
            // Refused before anything was sent; every other error may come after the replica has done it.
            progress.Failed(replica, Reason(exception), exception.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError);
            pool.Failed(replica);
            return null;
        }
        catch (OperationCanceledException)
        {
            progress.Failed(replica, "it did not answer in time", wasNotSent: false);
            if (cancellationToken.IsCancellationRequested)
            {
                throw;
            }

            pool.Failed(replica);
            return null;
        }

        if (answer.Token is { } token)
        {
            progress.Session?.Answered(presented!, token);
        }

        progress.Activity?.SetTag("server.address", replica.Authority);
        if (answer.IsSuccess)
        {
            pool.Answered(replica);
            return answer;
        }

        var problem = Problem.Of(answer);
        if (answer.IsAbsent && progress.Call.MayBeAbsent && problem.Name == Problem.NoSuchKey)
        {
            pool.Answered(replica);
            return answer;
        }

        if (!problem.IsPassing(answer))
        {
            throw problem.ToException(answer);
        }

        progress.Refused(replica, problem, answer);
        if (problem.Name != Problem.CausalTimeout)
        {
            pool.Failed(replica); // it will not serve the next call either
        }

        return null;
    }

    private static string Reason(HttpRequestException exception) => exception.HttpRequestError switch
    {
        HttpRequestError.ConnectionError => "it does not accept connections",
        HttpRequestError.ResponseEnded => "the connection ended before the answer",
        _ => exception.InnerException?.Message ?? exception.Message,
    };

    /// <summary>How far one operation has come.</summary>
    private sealed class Progress(Call call, SessionState? session, Activity? activity)
    {
        private string _last = "";
        private Exception? _causal;
        private bool _mayHaveHappened;

        public Call Call => call;

        public SessionState? Session => session;

        public Activity? Activity => activity;

        public int Attempts { get; set; }

        /// <value>A replica waited in vain until it would cover the session.</value>
        public bool WasCausalTimeout => _causal is not null;

        public void Failed(Uri replica, string reason, bool wasNotSent)
        {
            _mayHaveHappened |= call.IsWrite && !wasNotSent;
            Note(replica, reason, wasNotSent ? "unreachable" : "no-answer");
        }

        public void Refused(Uri replica, Problem problem, Answer answer)
        {
            _mayHaveHappened |= call.IsWrite && (int)answer.Status is 500 or 502 or 504;
            if (problem.Name == Problem.CausalTimeout)
            {
                _causal ??= problem.ToException(answer);
            }

            Note(replica, problem.Sentence.TrimEnd('.'), problem.Name.Length > 0 ? problem.Name : "status");
        }

        public Exception ToException(string bound) => _causal is { } causal && !_mayHaveHappened
            ? causal
            : new ReplicasUnavailableException(
                $"No replica took it{bound}; the last one, {_last}.{(_mayHaveHappened ? " It may have happened nevertheless." : "")}", _mayHaveHappened);

        private void Note(Uri replica, string reason, string name)
        {
            _last = $"{replica.Authority}: {reason}";
            activity?.AddEvent(new ActivityEvent("attempt failed", tags: new ActivityTagsCollection { ["server.address"] = replica.Authority, ["reason"] = name }));
            Instrumentation.AttemptFailed(call.Name, name);
        }
    }
}
