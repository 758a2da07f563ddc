namespace ReplicatedDs.Client.Calls;

/// <summary>One server-sent event that arrived whole.</summary>
/// <param name="Type"><c>message</c> unless it says otherwise.</param>
/// <param name="Data"><c>null</c>: it only says where the stream is.</param>
/// <param name="Id">The id that came with it, else <c>null</c>.</param>
internal readonly record struct ServerEvent(string Type, string? Data, string? Id);
