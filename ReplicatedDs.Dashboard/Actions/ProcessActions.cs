using System.Net.Http.Headers;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Dashboard.Collector;
using ReplicatedDs.Dashboard.Configuration;
using ReplicatedDs.Dashboard.Views;

namespace ReplicatedDs.Dashboard.Actions;

/// <summary>
/// Start, stop, kill, join and leave. An action is done when its effect is seen: the process is gone, the replica answers, the
/// slot is a spare again.
/// </summary>
internal sealed class ProcessActions(HttpClient http, DashboardOptions options, ClusterStore store, ControlFollower control, TimeProvider time)
{
    private static readonly TimeSpan ControlTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan EffectTimeout = TimeSpan.FromSeconds(15);

    /// <summary>A leaving replica first hands over what only it holds.</summary>
    private static readonly TimeSpan LeaveTimeout = TimeSpan.FromSeconds(60);

    /// <summary>Why the control API cannot be used now, else <c>null</c>.</summary>
    public static string? Refusal(ClusterView view) => view.Control switch
    {
        { ActRefusal: { } observes } => observes,
        { IsConfigured: false } => "The dashboard was started without Control:Url, so it cannot start or end processes.",
        { IsReachable: false } => "The AppHost's control API does not answer.",
        _ => null,
    };

    public Task<ActionOutcome> KillAsync(ReplicaPicture replica) => EndAsync(replica, "crash", "killed");

    public Task<ActionOutcome> StopAsync(ReplicaPicture replica) => EndAsync(replica, "stop", "stopped");

    public async Task<ActionOutcome> StartAsync(ReplicaPicture replica)
    {
        if (await PostAsync($"/resources/{replica.Name}/start", null) is { } failure)
        {
            return ActionOutcome.Failed($"{replica.Label} did not start: {failure}");
        }

        return await SeesAsync(replica.Name, seen => seen is { IsLive: true })
            ? ActionOutcome.Done($"{replica.Label} runs again and answers.")
            : ActionOutcome.Failed($"{replica.Label} was started, but does not answer yet: it is {store.Current.Find(replica.Name)?.State}.");
    }

    public async Task<ActionOutcome> JoinAsync()
    {
        ResourceView? joined = null;
        if (await PostAsync("/join", async content => joined = await content.ReadFromJsonAsync<ResourceView>(ReplicaReader.Json)) is { } failure)
        {
            return ActionOutcome.Failed($"No replica joined: {failure}");
        }

        return joined is not null && await SeesAsync(joined.Name, seen => seen is { IsLive: true, Id: not null })
            ? ActionOutcome.Done($"{joined.Name} joined as {store.Current.Find(joined.Name)!.Label} and answers.")
            : ActionOutcome.Failed($"{joined?.Name ?? "A spare"} was started, but has not answered as a member yet.");
    }

    public async Task<ActionOutcome> LeaveAsync(ReplicaPicture replica)
    {
        if (store.ActRefusal is { } observes)
        {
            return ActionOutcome.Failed(observes);
        }

        if (options.ReplicaKey is null)
        {
            return ActionOutcome.Failed("The dashboard was started without Cluster:Key or Dashboard:AccessKey, so it cannot ask a replica to leave.");
        }

        try
        {
            using var timeout = new CancellationTokenSource(ControlTimeout);
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(store.Slot(replica.Name).Slot.Address, "/admin/leave"));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.ReplicaKey);
            using var response = await http.SendAsync(request, timeout.Token);
            if (!response.IsSuccessStatusCode)
            {
                return ActionOutcome.Failed($"{replica.Label} did not leave: {await AnswerReader.ProblemAsync(response, timeout.Token)}");
            }
        }
        catch (Exception exception) when (exception is HttpRequestException { HttpRequestError: not HttpRequestError.ConnectionError } or IOException)
        {
            // It may have left so fast that the answer was cut off: what is seen next decides.
        }
        catch (Exception exception) when (AnswerReader.IsExpected(exception))
        {
            return ActionOutcome.Failed($"{replica.Label} did not leave: {AnswerReader.Reason(exception)}.");
        }

        control.Refresh();
        return await SeesAsync(replica.Name, seen => seen is { IsSpare: true, State: ReplicaStates.Spare }, LeaveTimeout)
            ? ActionOutcome.Done($"{replica.Label} has left; {replica.Name} is a spare again.")
            : ActionOutcome.Failed($"{replica.Label} was asked to leave and is still {store.Current.Find(replica.Name)?.State}.");
    }

    private async Task<ActionOutcome> EndAsync(ReplicaPicture replica, string verb, string reached)
    {
        store.Update(replica.Name, slot => slot with { Asked = verb });
        if (await PostAsync($"/resources/{replica.Name}/{verb}", null) is { } failure)
        {
            store.Update(replica.Name, slot => slot with { Asked = null });
            return ActionOutcome.Failed($"{replica.Label} is not {reached}: {failure}");
        }

        return await SeesAsync(replica.Name, seen => seen is { IsDown: true })
            ? ActionOutcome.Harmed($"{replica.Label} is {reached}{(replica.Pid is { } pid ? $": process {pid} is gone" : "")}.")
            : ActionOutcome.Failed($"{replica.Label} should be {reached}, but is {store.Current.Find(replica.Name)?.State}.");
    }

    private async Task<string?> PostAsync(string path, Func<HttpContent, Task>? read)
    {
        if ((store.ActRefusal ?? Refusal(store.Current)) is { } refusal)
        {
            return refusal;
        }

        try
        {
            using var timeout = new CancellationTokenSource(ControlTimeout);
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(options.Control!, path));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.ControlToken);
            using var response = await http.SendAsync(request, timeout.Token);
            if (!response.IsSuccessStatusCode)
            {
                return await AnswerReader.ProblemAsync(response, timeout.Token);
            }

            await (read?.Invoke(response.Content) ?? Task.CompletedTask);
            return null;
        }
        catch (Exception exception) when (AnswerReader.IsExpected(exception))
        {
            return $"the control API failed: {AnswerReader.Reason(exception)}";
        }
        finally
        {
            control.Refresh();
        }
    }

    private async Task<bool> SeesAsync(string name, Func<ReplicaPicture?, bool> condition, TimeSpan? most = null)
    {
        using var deadline = new CancellationTokenSource(most ?? EffectTimeout, time);
        try
        {
            while (true)
            {
                var published = store.Published.Next;
                if (condition(store.Current.Find(name)))
                {
                    return true;
                }

                await published.WaitAsync(deadline.Token);
            }
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
