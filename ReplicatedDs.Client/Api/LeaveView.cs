namespace ReplicatedDs.Client.Api;

/// <summary>The answer to <c>POST /admin/leave</c>.</summary>
/// <param name="Dot">The leave, which is the replica's last update: it exits when others hold it.</param>
public sealed record LeaveView(int Replica, string Dot);
