using System.Diagnostics;
using System.Globalization;
using Microsoft.Playwright;
using ReplicatedDs.Dashboard.Tests;

namespace ReplicatedDs.Browser.Tests.Support;

/// <summary>A browser process of its own, which a test may kill without a goodbye.</summary>
internal sealed class ChildBrowser : IAsyncDisposable
{
    private readonly string _profile;
    private readonly Process _process;
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private ChildBrowser(string profile, Process process, IPlaywright playwright, IBrowser browser, LivePage live)
    {
        (_profile, _process, _playwright, _browser, Live) = (profile, process, playwright, browser, live);
    }

    public LivePage Live { get; }

    /// <param name="ready">What shows that the page answers clicks.</param>
    public static async Task<ChildBrowser> OpenAsync(Uri page, string login, string ready = ".lesson[data-ready]")
    {
        var profile = Directory.CreateTempSubdirectory("replicated-ds-chromium-").FullName;
        var start = new ProcessStartInfo(Chromium.Find()) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])[.. Chromium.Arguments, "--headless", "--remote-debugging-port=0", $"--user-data-dir={profile}", "about:blank"])
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start)!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var portFile = Path.Combine(profile, "DevToolsActivePort");
        await Deadline.UntilAsync(
            () => File.Exists(portFile) && File.ReadAllLines(portFile) is [var port, ..] && int.TryParse(port, CultureInfo.InvariantCulture, out _), isThere => isThere, "the browser opens its port", 30);
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.ConnectOverCDPAsync($"http://127.0.0.1:{File.ReadAllLines(portFile)[0]}");
        var live = new LivePage(await browser.Contexts[0].NewPageAsync());
        await live.Page.GotoAsync(login);
        await live.Page.GotoAsync(page.ToString());
        await live.Page.Locator(ready).WaitForAsync();
        return new ChildBrowser(profile, process, playwright, browser, live);
    }

    /// <summary>Ends it at once, as a crash or a power cut does.</summary>
    public void Kill()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit(10_000);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        await _browser.DisposeAsync();
        _playwright.Dispose();
        _process.Dispose();
        try
        {
            Directory.Delete(_profile, recursive: true);
        }
        catch (IOException)
        {
            // A last helper of the browser still writes: the system's temporary folder is cleaned elsewhere.
        }
    }
}
