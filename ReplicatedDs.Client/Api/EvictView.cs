namespace ReplicatedDs.Client.Api;

/// <summary>The answer to <c>POST /admin/evict/{id}</c>.</summary>
/// <param name="Dot">The update that declares the member dead.</param>
/// <param name="GivenUp">What is lost by it, in words.</param>
public sealed record EvictView(int Id, string Dot, string GivenUp);
