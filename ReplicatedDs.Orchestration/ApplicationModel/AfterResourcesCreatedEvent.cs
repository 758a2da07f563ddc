namespace Aspire.Hosting.ApplicationModel;

/// <summary>Published once, after the resources that start by themselves were started.</summary>
public class AfterResourcesCreatedEvent : IDistributedApplicationEvent;
