namespace ReplicatedDs.Client.Api;

/// <summary>Writes a value.</summary>
/// <param name="ContentType">Text in UTF-8 by default, bytes for base64.</param>
/// <param name="Encoding">How <paramref name="Value"/> is written: <c>utf-8</c> (default) or <c>base64</c>.</param>
public sealed record SetInput(string Key, string Value, string? ContentType = null, string? Encoding = null);
