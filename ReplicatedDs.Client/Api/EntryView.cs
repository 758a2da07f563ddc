namespace ReplicatedDs.Client.Api;

/// <summary>One key, in a snapshot, a listing or a watch.</summary>
/// <param name="Type"><c>register</c>, <c>counter</c>, <c>set</c> or <c>absent</c>.</param>
/// <param name="Dot">The winner; <c>null</c> if nothing is known of the key.</param>
/// <param name="Value">The bytes as text if they are UTF-8, else in base64; a counter in digits, a set as a JSON array. <c>null</c> in listings, and if absent.</param>
/// <param name="Encoding"><c>utf-8</c> or <c>base64</c>.</param>
/// <param name="Siblings">1: no conflict; 0 if nothing is known of the key.</param>
/// <param name="Deleted">It has no value any more.</param>
public sealed record EntryView(
    string Key, string Type, string? Dot, string? Value, string? Encoding, string? ContentType, int Siblings, bool Deleted);
