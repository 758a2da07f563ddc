namespace ReplicatedDs.Bench.Scale;

/// <summary>What one write costs in a cluster of so many replicas.</summary>
/// <param name="Replicas">How many.</param>
/// <param name="Writes">Writes a second, of all together.</param>
/// <param name="Messages">Messages on all lines, by write.</param>
/// <param name="Bytes">Bytes on all lines beyond keys and values, by write.</param>
/// <param name="ClockBytes">Of these, those of the update itself on one line.</param>
/// <param name="CpuHere">Processor time at the replica that writes or receives: by write and replica, in microseconds.</param>
/// <param name="CpuAll">The same of all replicas together, by write.</param>
/// <param name="VisibleMedian">From the write until another replica shows it, in milliseconds.</param>
/// <param name="VisibleSlow">The same, 99th percentile.</param>
/// <param name="ExtraSlow">What of that is not the way there, 99th percentile.</param>
internal sealed record ScaleResult(
    int Replicas, double Writes, double Messages, double Bytes, double ClockBytes, double CpuHere, double CpuAll, double VisibleMedian, double VisibleSlow, double ExtraSlow);
