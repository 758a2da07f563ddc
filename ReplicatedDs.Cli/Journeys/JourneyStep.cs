namespace ReplicatedDs.Cli.Journeys;

/// <summary>One step of an update's way.</summary>
/// <param name="AfterMicroseconds">Since it was written, or since the first event that is known of it.</param>
/// <param name="Kind"><c>written</c>, <c>sent</c>, <c>arrived</c>, <c>waits</c>, <c>applied</c>, <c>duplicate</c> or <c>dropped</c>.</param>
internal sealed record JourneyStep(long AfterMicroseconds, int Replica, string Kind, string Detail);
