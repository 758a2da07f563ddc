using System.CommandLine;

namespace ReplicatedDs.Cli.Commands;

/// <summary>Every command, in the order in which the help lists them.</summary>
internal static class AllCommands
{
    public static IEnumerable<Command> Create(Bind bind) =>
    [
        GetCommand.Create(bind),
        SetCommand.Create(bind),
        DelCommand.Create(bind),
        IncrCommand.Create(bind),
        MembersCommand.Create(bind),
        MgetCommand.Create(bind),
        MsetCommand.Create(bind),
        TxCommand.Create(bind),
        ScanCommand.Create(bind),
        WatchCommand.Create(bind),
        FindCommand.Create(bind),
        WhyCommand.Create(bind),
        ClockCommand.Create(bind),
        PendingCommand.Create(bind),
        ShowCommand.Create(bind),
        StatusCommand.Create(bind),
        JoinCommand.Create(bind),
        LeaveCommand.Create(bind),
        EvictCommand.Create(bind),
        CrashCommand.Create(bind),
        LinkCommand.Create(bind),
        TraceCommand.Create(bind),
        CheckCommand.Create(bind),
        BenchCommand.Create(bind),
        ExportCommand.Create(bind),
        BackupCommand.Create(bind),
        RestoreCommand.Create(bind),
        DoctorCommand.Create(bind),
        ResetCommand.Create(bind),
    ];
}
