using ReplicatedDs.Client.Api;
using ReplicatedDs.Dashboard.Configuration;
using ReplicatedDs.Dashboard.Views;

namespace ReplicatedDs.Dashboard.Collector;

/// <summary>
/// What the collector knows, and the picture last published of it. Feeds write to it, the publisher turns changes into
/// <see cref="Current"/>, everybody reads that. All members may be called from any thread.
/// </summary>
internal sealed class ClusterStore
{
    private readonly Lock _lock = new();
    private readonly EventLog _log;
    private readonly TimeProvider _time;
    private readonly SlotPicture[] _slots;
    private ControlPicture _control;
    private ClusterView _current = ClusterView.Empty;

    public ClusterStore(DashboardOptions options, EventLog log, TimeProvider time)
    {
        _log = log;
        _time = time;
        _slots = [.. options.Slots.Select(slot => new SlotPicture(slot))];
        _control = new ControlPicture(options.Control is not null, false, null, null) { ActRefusal = options.ActRefusal };
        ActRefusal = options.ActRefusal;
    }

    /// <summary>Why nothing may be changed from here; <c>null</c>: it may.</summary>
    public string? ActRefusal { get; }

    /// <summary>Pulses when a feed has learnt something.</summary>
    public ChangeSignal Dirty { get; } = new();

    /// <summary>Pulses when a new picture was published.</summary>
    public ChangeSignal Published { get; } = new();

    /// <summary>Pulses when the control API told something new: feeds that had given up try again.</summary>
    public ChangeSignal ControlChanged { get; } = new();

    public ClusterView Current => Volatile.Read(ref _current);

    public SlotPicture Slot(string name)
    {
        lock (_lock)
        {
            return _slots[IndexOf(name)];
        }
    }

    public void Update(string name, Func<SlotPicture, SlotPicture> change)
    {
        lock (_lock)
        {
            var index = IndexOf(name);
            _slots[index] = change(_slots[index]);
        }

        Dirty.Pulse();
    }

    public (SlotPicture[] Slots, ControlPicture Control) Read()
    {
        lock (_lock)
        {
            return ([.. _slots], _control);
        }
    }

    public void Publish(ClusterView view)
    {
        Volatile.Write(ref _current, view);
        Published.Pulse();
    }

    /// <summary>Takes over the control API's list. A process that is gone becomes an event.</summary>
    public void SetResources(IReadOnlyList<ResourceView> resources)
    {
        lock (_lock)
        {
            _control = _control with { IsReachable = true, LostSince = null, Failure = null };
            foreach (var resource in resources)
            {
                var index = Array.FindIndex(_slots, slot => slot.Slot.Name == resource.Name);
                if (index >= 0)
                {
                    _slots[index] = Follow(_slots[index], resource);
                }
            }
        }

        ControlChanged.Pulse();
        Dirty.Pulse();
    }

    public void SetControlLost(string failure)
    {
        lock (_lock)
        {
            _control = _control with { IsReachable = false, LostSince = _control.LostSince ?? _time.GetUtcNow(), Failure = failure };
        }

        Dirty.Pulse();
    }

    private SlotPicture Follow(SlotPicture slot, ResourceView resource)
    {
        var before = slot.Resource;
        if (ResourceStates.IsBusy(resource.State))
        {
            var isNewProcess = before is not null && before.Pid != resource.Pid;
            return !isNewProcess ? slot with { Resource = resource, Ended = null } : slot with
            {
                Resource = resource,
                Ended = null,
                Asked = null,
                StartedAt = null,
                IsSilent = true,
                ProcessSince = _time.GetUtcNow(),
            };
        }

        if (resource.Id is null)
        {
            // A spare, or a slot whose replica left: what was known belongs to an identity that is no more.
            return new SlotPicture(slot.Slot, resource);
        }

        if (slot.Ended is not null)
        {
            return slot with { Resource = resource };
        }

        var ended = slot.Asked switch
        {
            "crash" => ReplicaStates.Killed,
            "stop" => ReplicaStates.Stopped,
            _ => before?.State == ResourceStates.Stopping ? ReplicaStates.Stopped : ReplicaStates.Down,
        };
        if (ended != ReplicaStates.Stopped && ResourceStates.IsBusy(before?.State))
        {
            _log.Append(resource.Id.Value, "Kill", before?.Pid is { } pid ? $"process {pid} is gone" : "its process is gone");
        }

        return slot with { Resource = resource, Ended = ended, StartedAt = null, WritesPerSecond = 0 };
    }

    private int IndexOf(string name)
    {
        var index = Array.FindIndex(_slots, slot => slot.Slot.Name == name);
        return index >= 0 ? index : throw new ArgumentException($"There is no slot {name}.", nameof(name));
    }
}
