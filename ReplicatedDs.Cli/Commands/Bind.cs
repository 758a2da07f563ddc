using System.CommandLine;
using ReplicatedDs.Cli.Shell;

namespace ReplicatedDs.Cli.Commands;

/// <summary>Says what a command does when it is chosen.</summary>
internal delegate void Bind(Command command, Func<Invocation, Task<int>> action);
