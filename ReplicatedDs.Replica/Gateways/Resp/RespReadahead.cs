using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Values;

namespace ReplicatedDs.Replica.Gateways.Resp;

/// <summary>
/// Keys that are read soon, found together on one root, so that the processor waits for many places in memory at once. They are known by the words that name them, the
/// very arrays, and taken in their order. Not thread-safe.
/// </summary>
internal sealed class RespReadahead
{
    /// <summary>So many words are found together at most.</summary>
    public const int Max = KeyLookahead.Max;

    /// <summary>With fewer nothing is gained.</summary>
    public const int Min = 4;

    // Made when there is a use for them: most connections send one command at a time.
    private byte[][] _words = [];
    private string[] _keys = [];
    private KeyState?[] _states = [];
    private int _count;
    private int _next;
    private long _read;

    /// <summary>Where the keys were found; <c>null</c> if all were taken.</summary>
    public ReplicaState? Root { get; private set; }

    /// <summary>Forgets what was not taken.</summary>
    public void Clear()
    {
        if (_count > 0)
        {
            Array.Clear(_words, 0, _count);
            Array.Clear(_keys, 0, _count);
            Array.Clear(_states, 0, _count);
            (_count, _next, Root) = (0, 0, null);
        }
    }

    /// <summary>Adds the key of a word, to be found with others.</summary>
    /// <returns>Whether it was: not a word that is no key, and none beyond <see cref="Max"/>.</returns>
    public bool TryAdd(byte[] word)
    {
        if (_count == Max)
        {
            return false;
        }

        if (_words.Length == 0)
        {
            (_words, _keys, _states) = (new byte[Max][], new string[Max], new KeyState?[Max]);
        }

        try
        {
            (_words[_count], _keys[_count]) = (word, RespSession.KeyOf(word));
        }
        catch (RespException)
        {
            return false; // the command itself says so, in its turn
        }

        _count++;
        return true;
    }

    /// <summary>Finds what was added, if that is enough for something to be gained.</summary>
    public void Find(ReplicaState root)
    {
        if (_count < Min)
        {
            Clear();
            return;
        }

        Root = root;
        _read += root.Keys.Find(_keys.AsSpan(0, _count), _states.AsSpan(0, _count));
    }

    /// <summary>Whether the key of this word is the next that was found.</summary>
    public bool IsNext(byte[] word) => Root is not null && ReferenceEquals(_words[_next], word);

    /// <summary>The key of the next word and its state, if it is this word and was found on this root.</summary>
    public bool TryTake(byte[] word, ReplicaState root, out string key, out KeyState? state)
    {
        (key, state) = ("", null);
        if (!ReferenceEquals(Root, root) || !ReferenceEquals(_words[_next], word))
        {
            return false;
        }

        (key, state) = (_keys[_next], _states[_next]);
        if (++_next == _count)
        {
            Clear();
        }

        return true;
    }
}
