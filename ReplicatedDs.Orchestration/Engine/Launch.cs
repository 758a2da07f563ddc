using System.Diagnostics;

namespace Aspire.Hosting.Engine;

/// <summary>One start of a resource: what to run, and whether that ends by itself when its standard input does.</summary>
internal sealed record Launch(ProcessStartInfo Command, bool WatchesStandardInput);
