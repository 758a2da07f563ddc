namespace ReplicatedDs.Dashboard.Views;

/// <summary>The words for the state of a slot, the same on the page, in the feed and in the documentation.</summary>
public static class ReplicaStates
{
    public const string Running = "running";
    public const string Joining = "joining";
    public const string Leaving = "leaving";

    /// <summary>It answers reads and says why it takes no writes.</summary>
    public const string RefusingWrites = "refusing writes";

    public const string Starting = "starting";
    public const string Stopping = "stopping";

    /// <summary>Its process was told to end and did.</summary>
    public const string Stopped = "stopped";

    /// <summary>Its process was ended at once, from here.</summary>
    public const string Killed = "killed";

    /// <summary>Its process ended, and nobody here asked for it.</summary>
    public const string Down = "down";

    /// <summary>It should be running and gives no answer.</summary>
    public const string Silent = "not answering";

    /// <summary>No identity: it can join.</summary>
    public const string Spare = "spare";

    /// <summary>How a state is drawn.</summary>
    public static string Tone(string state) => state switch
    {
        Running => "ok",
        Joining or Leaving or RefusingWrites or Starting or Stopping => "waiting",
        Killed or Down or Silent => "error",
        _ => "idle",
    };
}
