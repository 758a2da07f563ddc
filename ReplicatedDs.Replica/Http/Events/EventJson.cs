using System.Globalization;
using System.Text.Json;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Replica.Telemetry;

namespace ReplicatedDs.Replica.Http.Events;

/// <summary>Events as JSON, in the shape of <c>EventView</c>. Written by hand: the feed carries everything that happens.</summary>
internal static class EventJson
{
    public static void Write(Utf8JsonWriter json, in StampedEvent stamped, int replica)
    {
        var one = stamped.Event;
        json.WriteStartObject();
        json.WriteNumber("n", stamped.N);
        json.WriteNumber("t", stamped.UnixMicroseconds);
        json.WriteNumber("replica", replica);
        WriteNumber(json, "peer", one.Peer?.Value);
        json.WriteString("kind", one.Kind.ToString());
        json.WriteString("dot", one.Dot?.ToString());
        WriteKeys(json, one);
        WriteClock(json, "deps", one.Kind == ReplicaEventKind.Write ? one.Update?.Dependencies : null);
        json.WriteStartArray("missing");
        foreach (var dot in one.Missing)
        {
            json.WriteStringValue(dot.ToString());
        }

        json.WriteEndArray();
        json.WriteBoolean("wouldBeVisible", one.WouldBeVisible);
        json.WriteString("traceId", one.Update?.Trace?.TraceId.ToString("x32", CultureInfo.InvariantCulture));
        if ((one.Detail ?? one.Clock?.ToString()) is { } detail)
        {
            json.WriteString("detail", detail);
        }

        json.WriteEndObject();
    }

    /// <summary>Stands for <paramref name="lost"/> events up to number <paramref name="n"/>, which were overwritten before this reader got them.</summary>
    public static void WriteGap(Utf8JsonWriter json, long n, long lost, long unixMicroseconds, int replica)
    {
        json.WriteStartObject();
        json.WriteNumber("n", n);
        json.WriteNumber("t", unixMicroseconds);
        json.WriteNumber("replica", replica);
        json.WriteString("kind", "Gap");
        json.WriteNumber("lost", lost);
        json.WriteEndObject();
    }

    private static void WriteKeys(Utf8JsonWriter json, ReplicaEvent one)
    {
        json.WriteStartArray("keys");
        if (one.Key is { } key)
        {
            json.WriteStringValue(key);
        }
        else if (one.Update is { } update)
        {
            foreach (var changed in update.Keys)
            {
                json.WriteStringValue(changed);
            }
        }

        json.WriteEndArray();
    }

    private static void WriteClock(Utf8JsonWriter json, string name, VectorClock? clock)
    {
        json.WriteStartObject(name);
        foreach (var (replica, counter) in clock ?? VectorClock.Empty)
        {
            json.WriteNumber(replica.Value.ToString(CultureInfo.InvariantCulture), counter);
        }

        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, int? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
