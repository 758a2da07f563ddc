using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ReplicatedDs.AppHost.Control;

/// <summary>The errors of the control API, as RFC 9457 describes them.</summary>
internal static class ControlProblem
{
    public static ProblemHttpResult NoToken() => Create(401, "unauthorized", "The request needs the control token of cluster.json: Authorization: Bearer <token>.");

    public static ProblemHttpResult ForeignHost(string host) => Create(400, "bad-host", $"'{host}' is not the host of this API.");

    public static ProblemHttpResult ForeignOrigin(string origin) => Create(403, "bad-origin", $"Pages of '{origin}' may not call this API.");

    public static ProblemHttpResult NoCall(int status, string call) => Create(status, status == 405 ? "method-not-allowed" : "no-such-route", $"There is no {call} here.");

    public static ProblemHttpResult NoResource(string name) => Create(404, "no-such-resource", $"There is no resource '{name}'.");

    public static ProblemHttpResult NoVerb(string verb) => Create(404, "no-such-verb", $"'{verb}' is not one of start, stop, restart, crash.");

    public static ProblemHttpResult Running(string name, string state) => Create(409, "already-running", $"{name} is {state}.");

    public static ProblemHttpResult Failed(string? reason) => Create(409, "command-failed", reason ?? "The command failed.");

    public static ProblemHttpResult NoSpare() => Create(409, "no-spare", "Every spare is in use: restart AppHost with more --Replicas:Spares, or let a replica leave.");

    public static ProblemHttpResult Ended(string reason) => Create(502, "ended", reason);

    public static ProblemHttpResult NotReady(string name, double seconds) => Create(504, "not-ready", $"{name} runs, but did not answer /health within {seconds} s.");

    private static ProblemHttpResult Create(int status, string name, string sentence) =>
        TypedResults.Problem(title: name, detail: sentence, statusCode: status, type: "urn:replicated-ds:" + name);
}
