namespace ReplicatedDs.Dashboard.Causality;

/// <summary>A lifeline's heading.</summary>
/// <param name="Id">The replica's id.</param>
/// <param name="Label">What it is called in short, such as <c>r3</c>.</param>
/// <param name="State">One word, see <see cref="Views.ReplicaStates"/>.</param>
/// <param name="Tone">How the word is drawn.</param>
/// <param name="StaleSince">When it last answered, in Unix milliseconds, if that is too long ago.</param>
public sealed record DiagramLane(int Id, string Name, string Label, string State, string Tone, long? StaleSince);
