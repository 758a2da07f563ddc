using System.Net;
using ReplicatedDs.Dashboard.Access;
using ReplicatedDs.Dashboard.Tests.StandIn;

namespace ReplicatedDs.Dashboard.Tests.Access;

public sealed class LoginTests : IAsyncLifetime
{
    private StandInCluster _cluster = null!;
    private RunningDashboard _dashboard = null!;

    public async Task InitializeAsync()
    {
        _cluster = await StandInCluster.StartAsync();
        _dashboard = await RunningDashboard.StartAsync(_cluster);
    }

    public async Task DisposeAsync()
    {
        await _dashboard.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/hubs/cluster")]
    [InlineData("/_blazor")]
    [InlineData("/no-such-page")]
    public async Task Get_WithoutSigningIn_AnswersHowToGetIn(string path)
    {
        using var response = await GetAsync(path);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Contains("Open the login address", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/alive")]
    [InlineData("/app.css")]
    public async Task Get_WhatNeedsNoSigningIn_IsAnswered(string path)
    {
        using var response = await GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Login_RightSecret_SetsACookieThatScriptsAndOtherSitesDoNotGet()
    {
        using var response = await GetAsync($"/login?t={RunningDashboard.Token}");
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        Assert.Equal("/", response.Headers.Location?.ToString());
        var cookie = Assert.Single(response.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(RunningDashboard.Token, cookie, StringComparison.Ordinal);
        Assert.Contains("no-store", response.Headers.CacheControl?.ToString(), StringComparison.Ordinal);

        using var page = await GetAsync("/");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Contains("replica-1", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/login?t=")]
    [InlineData("/login?t=a-login-secret-for-testS")]
    [InlineData("/login?t=a-login-secret-for-tests&t=x")]
    public async Task Login_WrongSecret_SetsNoCookie(string path)
    {
        using var response = await GetAsync(path);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.False(response.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task Login_FollowedFromAnotherSite_GoesOnByAPageOfItsOwn()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/login?t={RunningDashboard.Token}");
        request.Headers.Add("Sec-Fetch-Site", "cross-site");
        using var response = await _dashboard.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("0;url=/", response.Headers.GetValues("Refresh").Single());
    }

    [Fact]
    public async Task Request_ForAForeignName_IsMisdirected()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health");
        request.Headers.Host = "evil.example:80";
        using var response = await _dashboard.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.MisdirectedRequest, response.StatusCode);
    }

    [Theory]
    [InlineData("http://evil.example")]
    [InlineData("http://127.0.0.1:1")]
    [InlineData("null")]
    public async Task Request_BegunByAnotherOrigin_IsRefusedEvenWithTheCookie(string origin)
    {
        await _dashboard.SignInAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/hubs/cluster/negotiate?negotiateVersion=1");
        request.Headers.Add("Origin", origin);
        using var response = await _dashboard.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Fact]
    public async Task Form_RightSecret_SignsIn()
    {
        var token = await FormTokenAsync();
        using var response = await PostAsync(token, RunningDashboard.Token);
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        using var page = await GetAsync("/");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }

    [Fact]
    public async Task Form_WrongSecretOrNoAntiforgeryToken_SignsNobodyIn()
    {
        var token = await FormTokenAsync();
        using var wrong = await PostAsync(token, "a-login-secret-for-testS");
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        Assert.Contains("That is not the secret", await wrong.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        foreach (var bad in (string?[])[null, "", token + "x"])
        {
            using var response = await PostAsync(bad, RunningDashboard.Token);
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        }

        using var page = await GetAsync("/");
        Assert.Equal(HttpStatusCode.Unauthorized, page.StatusCode);
    }

    [Fact]
    public async Task Form_TooLarge_IsRefused()
    {
        var token = await FormTokenAsync();
        using var response = await PostAsync(token, new string('x', 1 << 16));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Guesses_TooMany_LockOutAlsoTheRightSecretButNotWhoIsIn()
    {
        await _dashboard.SignInAsync();
        for (var guess = 0; guess < LoginEndpoints.AddressFailuresMax; guess++)
        {
            using var wrong = await GetAsync($"/login?t=guess-number-{guess}");
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        }

        using var right = await GetAsync($"/login?t={RunningDashboard.Token}");
        Assert.Equal(HttpStatusCode.TooManyRequests, right.StatusCode);
        Assert.InRange(right.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 300);
        Assert.False(right.Headers.Contains("Set-Cookie"));
        using var page = await GetAsync("/");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }

    private async Task<string> FormTokenAsync()
    {
        using var form = await GetAsync("/login");
        Assert.Equal(HttpStatusCode.OK, form.StatusCode);
        Assert.Contains("no-store", form.Headers.CacheControl?.ToString(), StringComparison.Ordinal);
        var field = System.Text.RegularExpressions.Regex.Match(await form.Content.ReadAsStringAsync(), "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"");
        Assert.True(field.Success);
        return field.Groups[1].Value;
    }

    private Task<HttpResponseMessage> PostAsync(string? token, string secret)
    {
        var fields = new Dictionary<string, string> { ["secret"] = secret };
        if (token is not null)
        {
            fields["__RequestVerificationToken"] = token;
        }

        return _dashboard.Http.PostAsync(new Uri("/login", UriKind.Relative), new FormUrlEncodedContent(fields));
    }

    private Task<HttpResponseMessage> GetAsync(string path) => _dashboard.Http.GetAsync(new Uri(path, UriKind.Relative));
}
