namespace ReplicatedDs.PrivateNetworks;

/// <summary>Of what goes from one host to another, how many of 100 packets are lost.</summary>
/// <param name="From"><c>null</c>: whoever sends.</param>
/// <param name="To"><c>null</c>: whoever receives.</param>
internal sealed record Loss(string? From, string? To, int Percent = 100);
