using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Cli.Sessions;
using ReplicatedDs.Cluster.Tests.Harness;

namespace ReplicatedDs.Cli.Tests;

public sealed class SessionFileTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Keep_WhatTwoInvocationsSawAtTheSameTime_KeepsBoth()
    {
        var (one, other) = (Token((1, 3)), Token((2, 4)));
        var file = new SessionFile(_folder.Path, "cluster");

        Assert.Null(file.Keep(one));
        Assert.Null(file.Keep(other));

        Assert.Equal($"{one}, {other}", file.Read());
    }

    [Fact]
    public void Keep_WhatCoversTheKept_ReplacesIt()
    {
        var file = new SessionFile(_folder.Path, "cluster");
        file.Keep(Token((1, 3)));

        file.Keep(Token((1, 4)));

        Assert.Equal(Token((1, 4)), file.Read());
    }

    [Fact]
    public void Keep_IsForItsOwnerAlone()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        new SessionFile(_folder.Path, "cluster").Keep(Token((1, 3)));

        var file = Assert.Single(Directory.GetFiles(Path.Combine(_folder.Path, "sessions"), "*.token"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(file)!));
    }

    [Fact]
    public void Read_OfAnotherCluster_IsNothing()
    {
        new SessionFile(_folder.Path, "cluster").Keep(Token((1, 3)));

        Assert.Null(new SessionFile(_folder.Path, "other").Read());
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a token\u0001")]
    [InlineData("<html>")]
    public void Read_WhatIsNoToken_IsNothing(string content)
    {
        var file = new SessionFile(_folder.Path, "cluster");
        file.Keep(Token((1, 3)));
        File.WriteAllText(Assert.Single(Directory.GetFiles(Path.Combine(_folder.Path, "sessions"), "*.token")), content);

        Assert.Null(file.Read());
        Assert.Null(file.Keep(Token((1, 4))));
        Assert.Equal(Token((1, 4)), file.Read());
    }

    [Fact]
    public void Keep_WhereNothingCanBeWritten_SaysWhy()
    {
        var blocked = Path.Combine(_folder.Path, "file");
        File.WriteAllText(blocked, "");

        Assert.NotNull(new SessionFile(blocked, "cluster").Keep(Token((1, 3))));
    }

    private static string Token(params (int Replica, long Counter)[] entries) => CausalToken.Write(VectorClock.Of(entries), new byte[32], "cluster");
}
