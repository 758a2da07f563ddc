namespace Aspire.Hosting;

/// <summary>A resource could not be started, or ended while somebody waited for it.</summary>
public class DistributedApplicationException(string message) : Exception(message);
