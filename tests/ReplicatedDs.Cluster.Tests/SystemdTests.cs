using System.Text.RegularExpressions;
using ReplicatedDs.Cluster.Tests.Harness;
using ReplicatedDs.PrivateNetworks;

namespace ReplicatedDs.Cluster.Tests;

/// <summary>The units of <c>deploy/systemd</c>, read by systemd's own tools: nothing is installed or started.</summary>
public sealed class SystemdTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public static TheoryData<string> Units => [.. Directory.GetFiles(Path.Combine(Programs.Root, "deploy", "systemd"), "*.service").Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Units))]
    public void Unit_IsOneThatSystemdUnderstands(string unit)
    {
        var (code, output, errors) = Command.Try(["systemd-analyze", "verify", "--man=no", Installed(unit)]);
        Assert.True(code == 0 && !Complaint(unit).IsMatch(errors), $"systemd-analyze verify {unit} ended with exit code {code}: {output}{errors}");
    }

    /// <summary>A check that cannot fail is worth nothing.</summary>
    [Theory]
    [MemberData(nameof(Units))]
    public void Unit_WithAWordThatSystemdDoesNotKnow_IsRefused(string unit)
    {
        var path = Installed(unit);
        File.WriteAllText(path, File.ReadAllText(path).Replace("DynamicUser=", "DynamicUsers=", StringComparison.Ordinal));
        Assert.Matches(Complaint(unit), Command.Try(["systemd-analyze", "verify", "--man=no", path]).Errors);
    }

    /// <summary>The lower the less a process of it may do: 10 is everything.</summary>
    [Theory]
    [MemberData(nameof(Units))]
    public void Unit_MayDoLittle(string unit)
    {
        var (code, output, errors) = Command.Try(["systemd-analyze", "security", "--offline=yes", "--no-pager", "--threshold=25", Installed(unit)]);
        Assert.True(code == 0, $"systemd-analyze security {unit} ended with exit code {code}: {output}{errors}");
    }

    /// <summary>The program that a unit starts is not installed here: another one that is stands in for it.</summary>
    private string Installed(string unit)
    {
        var path = Path.Combine(_folder.Path, unit);
        var text = File.ReadAllText(Path.Combine(Programs.Root, "deploy", "systemd", unit));
        Assert.Contains("ExecStart=/usr/bin/dotnet ", text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace("ExecStart=/usr/bin/dotnet ", "ExecStart=/bin/sh ", StringComparison.Ordinal));
        return path;
    }

    private static Regex Complaint(string unit) => new($"{Regex.Escape(unit)}:.*(Unknown|Failed|Invalid|ignoring)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
