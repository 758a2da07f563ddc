using System.Text.Json;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Client.Calls;

namespace ReplicatedDs.Client;

/// <content>Counters and sets.</content>
public sealed partial class CausalSession
{
    /// <summary>Adds to a counter; a key without a value counts from 0. Concurrent increments add up.</summary>
    /// <exception cref="TypeConflictException">The key holds something else.</exception>
    public async Task<Counted> IncrementAsync(string key, long by = 1, CancellationToken cancellationToken = default)
    {
        var answer = await SendAsync(
            Write("increment", HttpMethod.Post, KeyPath.Of(key, "/increment"), JsonSerializer.SerializeToUtf8Bytes(new IncrementInput(by), ClientJson.Default.IncrementInput)),
            cancellationToken).ConfigureAwait(false);
        var view = answer.Read(ClientJson.Default.IncrementView);
        return new Counted(view.Value, answer.ReadDot(view.Dot), Clocks.Read(view.Clock));
    }

    /// <summary>Adds a member to a set. Of a concurrent add and remove the add wins.</summary>
    /// <exception cref="TypeConflictException">The key holds something else.</exception>
    public Task<Written> AddMemberAsync(string key, string member, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(member);
        return ChangeMemberAsync(
            Write("add-member", HttpMethod.Post, KeyPath.Of(key, "/members"), JsonSerializer.SerializeToUtf8Bytes(new MemberInput(member), ClientJson.Default.MemberInput)),
            cancellationToken);
    }

    /// <summary>Removes a member from a set. Removing what is not in it is no error.</summary>
    /// <exception cref="TypeConflictException">The key holds something else.</exception>
    public Task<Written> RemoveMemberAsync(string key, string member, CancellationToken cancellationToken = default)
    {
        KeyPath.Require(member); // a segment of the path like the key
        return ChangeMemberAsync(Write("remove-member", HttpMethod.Delete, KeyPath.Of(key, $"/members/{Uri.EscapeDataString(member)}"), null), cancellationToken);
    }

    /// <summary>The members of a set; empty if the key has no value.</summary>
    /// <exception cref="TypeConflictException">The key holds something else.</exception>
    public async Task<IReadOnlyList<string>> GetMembersAsync(string key, CancellationToken cancellationToken = default)
    {
        var answer = await SendAsync(
            new Call("get-members", HttpMethod.Get, KeyPath.Of(key, "/members")) { MayBeAbsent = true }, cancellationToken).ConfigureAwait(false);
        return answer.IsAbsent ? [] : answer.Read(ClientJson.Default.SetView).Members;
    }

    private static Call Write(string name, HttpMethod method, string path, byte[]? json) => new(name, method, path)
    {
        Body = json is null ? null : new ReadOnlyMemory<byte>(json),
        ContentType = json is null ? null : JsonType,
        IdempotencyKey = Call.NewIdempotencyKey(),
    };

    private async Task<Written> ChangeMemberAsync(Call call, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(call, cancellationToken).ConfigureAwait(false);
        var view = answer.Read(ClientJson.Default.MemberWriteView);
        return answer.ReadWritten(view.Dot, view.Clock);
    }
}
