using System.Globalization;

namespace ReplicatedDs.Replica.Security;

/// <summary>Too many wrong keys came from there: nothing is looked at until a while has passed.</summary>
internal sealed class TooManyWrongKeysException(TimeSpan wait) : Exception(string.Create(
    CultureInfo.InvariantCulture, $"Too many wrong keys came from this address; try again in {Math.Ceiling(wait.TotalSeconds)} s."))
{
    /// <summary>For the header Retry-After.</summary>
    public string Seconds { get; } = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
}
