namespace ReplicatedDs.Client.Api;

/// <summary>The answer to a hand-delivered update.</summary>
/// <param name="Outcome"><c>applied</c>, <c>buffered</c>, <c>duplicate</c> or <c>dropped</c>.</param>
public sealed record HandDeliveryView(string Dot, string Outcome, IReadOnlyList<string> Missing);
