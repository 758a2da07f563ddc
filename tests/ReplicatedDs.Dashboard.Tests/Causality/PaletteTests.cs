using System.Globalization;
using System.Text.RegularExpressions;

namespace ReplicatedDs.Dashboard.Tests.Causality;

/// <summary>
/// The floor under the replicas' colours: told apart by people with any usual colour vision, and seen against what they stand on. A
/// softer palette may be chosen; this is what it must keep.
/// </summary>
public sealed class PaletteTests
{
    private const double ContrastMin = 3;
    private const double DistanceMin = 0.11; // In OKLab.

    /// <summary>What is seen without one kind of cone, in linear RGB (Machado, Oliveira and Fernandes 2009, full severity).</summary>
    private static readonly (string Vision, double[] Matrix)[] Visions =
    [
        ("normal", [1, 0, 0, 0, 1, 0, 0, 0, 1]),
        ("protanopia", [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998]),
        ("deuteranopia", [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881]),
        ("tritanopia", [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900]),
    ];

    [Theory]
    [InlineData("light")]
    [InlineData("dark")]
    public void Replicas_InEachTheme_StandOutFromWhatTheyAreDrawnOn(string theme)
    {
        var tokens = Read(theme);
        foreach (var ground in new[] { "background", "surface" })
        {
            for (var i = 1; i <= 8; i++)
            {
                var contrast = Contrast(tokens[$"replica-{i}"], tokens[ground]);
                Assert.True(contrast >= ContrastMin, string.Create(CultureInfo.InvariantCulture, $"replica-{i} has {contrast:0.00}:1 on {ground}."));
            }
        }
    }

    [Theory]
    [InlineData("light")]
    [InlineData("dark")]
    public void Replicas_InEachTheme_AreToldApartByEveryKindOfColourVision(string theme)
    {
        var tokens = Read(theme);
        foreach (var (vision, matrix) in Visions)
        {
            var seen = Enumerable.Range(1, 8).Select(i => OkLab(See(matrix, tokens[$"replica-{i}"]))).ToArray();
            for (var i = 0; i < seen.Length; i++)
            {
                for (var j = i + 1; j < seen.Length; j++)
                {
                    var distance = Math.Sqrt(seen[i].Zip(seen[j], (a, b) => (a - b) * (a - b)).Sum());
                    Assert.True(distance >= DistanceMin, string.Create(CultureInfo.InvariantCulture, $"{vision}: replica-{i + 1} and replica-{j + 1} are {distance:0.000} apart."));
                }
            }
        }
    }

    [Fact]
    public void Dark_ByChoiceAndBySystem_IsTheSame()
    {
        var css = Css();
        var bySystem = css[css.IndexOf("prefers-color-scheme: dark", StringComparison.Ordinal)..];
        Assert.Equal(Read("dark"), Tokens(bySystem[bySystem.IndexOf(":root", StringComparison.Ordinal)..]));
    }

    private static Dictionary<string, double[]> Read(string theme)
    {
        var css = Css();
        return Tokens(css[css.IndexOf($":root[data-theme=\"{theme}\"]", StringComparison.Ordinal)..]);
    }

    private static Dictionary<string, double[]> Tokens(string css) =>
        Regex.Matches(css[..css.IndexOf('}', StringComparison.Ordinal)], "--(replica-[1-8]|background|surface): #([0-9a-f]{6})").ToDictionary(match => match.Groups[1].Value, match => Linear(match.Groups[2].Value));

    private static string Css()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ReplicatedDs.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("ReplicatedDs.sln was not found above " + AppContext.BaseDirectory);
        }

        return File.ReadAllText(Path.Combine(folder.FullName, "ReplicatedDs.Dashboard", "wwwroot", "app.css"));
    }

    private static double[] Linear(string hex) => [.. Enumerable.Range(0, 3).Select(i =>
    {
        var value = int.Parse(hex.AsSpan(i * 2, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0;
        return value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
    })];

    private static double Contrast(double[] left, double[] right)
    {
        var (a, b) = (Luminance(left), Luminance(right));
        return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
    }

    private static double Luminance(double[] colour) => 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2];

    private static double[] See(double[] matrix, double[] colour) => [.. Enumerable.Range(0, 3).Select(row => Math.Clamp(Enumerable.Range(0, 3).Sum(i => matrix[row * 3 + i] * colour[i]), 0, 1))];

    private static double[] OkLab(double[] c)
    {
        var l = Math.Cbrt(0.4122214708 * c[0] + 0.5363325363 * c[1] + 0.0514459929 * c[2]);
        var m = Math.Cbrt(0.2119034982 * c[0] + 0.6806995451 * c[1] + 0.1073969566 * c[2]);
        var s = Math.Cbrt(0.0883024619 * c[0] + 0.2817188376 * c[1] + 0.6299787005 * c[2]);
        return
        [
            0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
            1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
            0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s,
        ];
    }
}
