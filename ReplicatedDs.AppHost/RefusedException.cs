namespace ReplicatedDs.AppHost;

/// <summary>Bad input. Its message is the one sentence that the user sees; the exit code is 2.</summary>
internal sealed class RefusedException(string sentence) : Exception(sentence);
