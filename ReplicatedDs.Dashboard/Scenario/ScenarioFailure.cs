namespace ReplicatedDs.Dashboard.Scenario;

/// <summary>The run cannot go on; the message is the sentence that the viewer reads.</summary>
internal sealed class ScenarioFailure(string message) : Exception(message);
