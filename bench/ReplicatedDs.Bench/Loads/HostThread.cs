using System.Collections.Concurrent;
using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ReplicatedDs.Bench.Loads;

/// <summary>A thread of this process in the network of one host. A socket that is made there is a socket of that host, whoever uses it afterwards.</summary>
internal sealed partial class HostThread : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];

    public HostThread(string host)
    {
        var isThere = new TaskCompletionSource();
        new Thread(() => Run(host, isThere)) { IsBackground = true, Name = host }.Start();
        isThere.Task.GetAwaiter().GetResult();
    }

    /// <summary>Runs <paramref name="open"/> there, up to where it first waits.</summary>
    public Task<T> DoAsync<T>(Func<Task<T>> open)
    {
        var begun = new TaskCompletionSource<Task<T>>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                begun.SetResult(open());
            }
            catch (Exception exception)
            {
                begun.SetException(exception);
            }
        });
        return begun.Task.Unwrap();
    }

    public void Dispose() => _work.CompleteAdding();

    private void Run(string host, TaskCompletionSource isThere)
    {
        const int NetworkNamespace = 0x40000000;
        try
        {
            using var network = File.OpenHandle($"/run/netns/{host}");
            if (SetNamespace(network, NetworkNamespace) != 0)
            {
                throw new Win32Exception(Marshal.GetLastPInvokeError(), $"Could not enter the network of {host}");
            }

            isThere.SetResult();
        }
        catch (Exception exception)
        {
            isThere.SetException(exception);
            return;
        }

        foreach (var work in _work.GetConsumingEnumerable())
        {
            work();
        }
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(SafeFileHandle file, int kind);
}
