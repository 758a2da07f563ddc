namespace Aspire.Hosting.Engine;

/// <summary>
/// Where a resource's lines go: all into its log; errors and warnings also to this console, under the resource's name,
/// at most <see cref="Burst"/> in each <see cref="Window"/>, so that a process in trouble does not bury the others.
/// </summary>
internal sealed class ResourceOutput(string resourceName, LogBuffer log, TimeProvider time)
{
    internal const int Burst = 20;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    // How the console formatter of Microsoft.Extensions.Logging begins a line of that severity.
    private static readonly string[] Severities = ["warn: ", "fail: ", "crit: "];

    private readonly Lock _lock = new();
    private long _windowStart = time.GetTimestamp();
    private int _shown;

    public void Write(string line, bool isError)
    {
        log.Add(line, isError);
        if ((isError && !string.IsNullOrWhiteSpace(line)) || Array.Exists(Severities, severity => line.StartsWith(severity, StringComparison.Ordinal)))
        {
            Echo(line);
        }
    }

    private void Echo(string line)
    {
        lock (_lock)
        {
            if (time.GetElapsedTime(_windowStart) > Window)
            {
                _windowStart = time.GetTimestamp();
                _shown = 0;
            }

            _shown++;
            if (_shown <= Burst)
            {
                Console.Error.WriteLine(_shown < Burst ? $"[{resourceName}] {line}" : $"[{resourceName}] … more errors and warnings are in its log");
            }
        }
    }
}
