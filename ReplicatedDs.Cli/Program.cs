using ReplicatedDs.Cli.Shell;

using var interrupted = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    // The first one ends what runs in an orderly way, a second one at once.
    pressed.Cancel = !interrupted.IsCancellationRequested;
    interrupted.Cancel();
};
return await Rds.RunAsync(args, Surroundings.OfProcess(), interrupted.Token);
