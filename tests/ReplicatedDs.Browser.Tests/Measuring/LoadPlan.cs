using System.Globalization;

namespace ReplicatedDs.Browser.Tests.Measuring;

/// <summary>A load that is measured twice: without the dashboard, and with it and two browsers.</summary>
internal sealed record LoadPlan(TimeSpan Length, int Replicas = 5, int WritesPerSecond = 500)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Replicas} replicas, {WritesPerSecond} writes a second, {Length.TotalSeconds:0} s");
}
