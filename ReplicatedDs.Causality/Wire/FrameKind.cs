namespace ReplicatedDs.Causality.Wire;

/// <summary>How a frame of a snapshot is marked. These numbers are sent: they are only ever appended.</summary>
internal enum FrameKind : byte
{
    Header = 1,
    Keys = 2,
    End = 3,
}
