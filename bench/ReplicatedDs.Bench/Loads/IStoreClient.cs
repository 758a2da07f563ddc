namespace ReplicatedDs.Bench.Loads;

/// <summary>A connection to one member, on which keys are written and looked for.</summary>
internal interface IStoreClient : IDisposable
{
    /// <summary>Writes 100 bytes.</summary>
    /// <returns>Whether the member says that it has them; <c>false</c>: it refused.</returns>
    Task<bool> WriteAsync(string key);

    /// <summary>Those of some keys that the member does not have.</summary>
    Task<List<string>> MissingAsync(IReadOnlyList<string> keys);
}
