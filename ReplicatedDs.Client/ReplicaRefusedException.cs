using System.Net;

namespace ReplicatedDs.Client;

/// <summary>A replica refused the operation, and trying again would not help. Nothing was changed.</summary>
/// <param name="name">The problem's name, such as <c>condition-failed</c>: the end of its <c>type</c>. docs/http-api.md lists them.</param>
public class ReplicaRefusedException(string name, HttpStatusCode status, string message) : ReplicatedDsException(message)
{
    /// <summary>The problem's name, such as <c>condition-failed</c>.</summary>
    public string Name { get; } = name;

    public HttpStatusCode Status { get; } = status;
}
