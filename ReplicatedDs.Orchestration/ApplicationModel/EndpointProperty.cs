namespace Aspire.Hosting.ApplicationModel;

public enum EndpointProperty
{
    IPV4Host,
    Port,
    Scheme,
    TargetPort,
    HostAndPort,
}
