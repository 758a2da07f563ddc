using System.Diagnostics;
using System.Globalization;
using Xunit.Sdk;

namespace ReplicatedDs.Fuzzing;

/// <summary>
/// Feeds a decoder with generated inputs: random bytes, and valid encodings that were damaged. Each input is accepted or refused as documented; it allocates no more
/// than its length allows, and none takes for ever. The variable <c>FUZZ_INPUTS</c> says how many inputs; input n is the same in every run.
/// </summary>
internal static class Fuzz
{
    private const int InputsDefault = 100_000;

    // What one input may allocate.
    private const long AllocatedMin = 64 << 10;
    private const long AllocatedPerByte = 512;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static long Inputs { get; } =
        long.TryParse(Environment.GetEnvironmentVariable("FUZZ_INPUTS"), NumberStyles.None, CultureInfo.InvariantCulture, out var inputs) ? inputs : InputsDefault;

    /// <summary>A sentence on how many inputs there were and what became of them.</summary>
    public static async Task<string> RunAsync(FuzzTarget target)
    {
        var run = new Run(target);
        var clock = Stopwatch.StartNew();
        var done = Task.Factory.StartNew(run.All, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        for (var seen = -1L; await Task.WhenAny(done, Task.Delay(Patience)) != done;)
        {
            // An input that takes minutes takes for ever.
            if (seen == run.Number)
            {
                throw new XunitException($"Input {run.Number} takes longer than {Patience.TotalMinutes} min: {Convert.ToHexString(run.Input)}");
            }

            seen = run.Number;
        }

        await done;
        Assert.True(run.Accepted > 0 && run.Refused > 0, $"Of {Inputs} inputs {run.Accepted} were accepted and {run.Refused} refused: one side was not tried.");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Inputs:N0} inputs in {clock.Elapsed.TotalSeconds:0} s: {run.Accepted:N0} accepted, {run.Refused:N0} refused, at most {run.AllocatedMost:N0} bytes allocated for one (an input of {run.AllocatedMostFor:N0})");
    }

    private sealed class Run(FuzzTarget target)
    {
        private byte[] _input = [];
        private long _number;

        public byte[] Input => Volatile.Read(ref _input);

        public long Number => Volatile.Read(ref _number);

        public long Accepted { get; private set; }

        public long Refused { get; private set; }

        public long AllocatedMost { get; private set; }

        public int AllocatedMostFor { get; private set; }

        public void All()
        {
            foreach (var sound in target.Sound)
            {
                if (!IsAccepted(sound))
                {
                    throw new XunitException($"A sound encoding was refused: {Convert.ToHexString(sound)}");
                }
            }

            for (var number = 0L; number < Inputs; number++)
            {
                Volatile.Write(ref _input, Generator.Input(target, number));
                Volatile.Write(ref _number, number);
                Try();
            }
        }

        private void Try()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            bool isAccepted;
            try
            {
                isAccepted = IsAccepted(_input);
            }
            catch (Exception exception)
            {
                throw new XunitException($"Input {_number}, {Convert.ToHexString(_input)}, ended in {exception}");
            }

            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (allocated > AllocatedMin + (AllocatedPerByte * _input.Length))
            {
                throw new XunitException($"Input {_number} of {_input.Length} bytes made it allocate {allocated}: {Convert.ToHexString(_input)}");
            }

            (Accepted, Refused) = isAccepted ? (Accepted + 1, Refused) : (Accepted, Refused + 1);
            if (allocated > AllocatedMost)
            {
                (AllocatedMost, AllocatedMostFor) = (allocated, _input.Length);
            }
        }

        private bool IsAccepted(byte[] input)
        {
            try
            {
                return target.Decode(input);
            }
            catch (Exception exception) when (target.IsRefusal(exception))
            {
                return exception.Message.Length > 0 ? false : throw new XunitException("The refusal says nothing.");
            }
        }
    }
}
