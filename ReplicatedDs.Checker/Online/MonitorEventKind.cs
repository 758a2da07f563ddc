namespace ReplicatedDs.Checker.Online;

internal enum MonitorEventKind
{
    Begin,
    Lost,
    Write,
    Deliver,
    Read,
}
