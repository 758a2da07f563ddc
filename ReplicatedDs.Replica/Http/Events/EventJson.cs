using System.Globalization;
using System.Text.Json;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Delivery;
using ReplicatedDs.Replica.Telemetry;

namespace ReplicatedDs.Replica.Http.Events;

/// <summary>Events as JSON, in the shape of <c>EventView</c>. Written by hand: the feed carries everything that happens.</summary>
internal static class EventJson
{
    /// <param name="share">It stands for so many, since the others like it are not told to this reader.</param>
    /// <param name="missingMax">The most missing dots that are named.</param>
    public static void Write(Utf8JsonWriter json, in StampedEvent stamped, int replica, int share, int missingMax)
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
        WriteMissing(json, one, missingMax);
        json.WriteBoolean("wouldBeVisible", one.WouldBeVisible);
        json.WriteString("traceId", one.Update?.Trace?.TraceId.ToString("x32", CultureInfo.InvariantCulture));
        if ((one.Detail ?? one.Clock?.ToString()) is { } detail)
        {
            json.WriteString("detail", detail);
        }

        if (share > 1)
        {
            json.WriteNumber("share", share);
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

    private static void WriteMissing(Utf8JsonWriter json, ReplicaEvent one, int most)
    {
        var (dots, count) = one is { DeliveredAtArrival: { } delivered, Update: { } update } ? DeliveryRule.Missing(update, delivered) : (one.Missing, one.Missing.Length);
        json.WriteStartArray("missing");
        foreach (var dot in dots.AsSpan()[..Math.Min(most, dots.Length)])
        {
            json.WriteStringValue(dot.ToString());
        }

        json.WriteEndArray();
        if (count > Math.Min(most, dots.Length))
        {
            json.WriteNumber("missingCount", count);
        }
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
