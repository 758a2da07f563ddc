namespace Aspire.Hosting.ApplicationModel;

/// <summary>Published once, before any resource starts. The start waits for its subscribers.</summary>
public class BeforeStartEvent : IDistributedApplicationEvent;
