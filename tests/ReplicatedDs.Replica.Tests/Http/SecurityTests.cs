using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using ReplicatedDs.Replica.Security;

namespace ReplicatedDs.Replica.Tests.Http;

/// <summary>Host, Origin, credentials, lab mode: one table of rules.</summary>
public class SecurityTests
{
    [Fact]
    public async Task EveryMappedEndpoint_HasARule()
    {
        await using var replica = await TestReplica.StartAsync();
        var endpoints = replica.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>().Distinct().ToList();
        Assert.NotEmpty(endpoints);
        var mapped = new HashSet<RouteRule>();
        foreach (var endpoint in endpoints)
        {
            var methods = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["ANY"];
            foreach (var method in methods)
            {
                var rule = RouteRules.Find(method, endpoint.RoutePattern.RawText!);
                Assert.True(rule is not null, $"{method} {endpoint.RoutePattern.RawText} has no rule in RouteRules.");
                mapped.Add(rule);
            }
        }

        // A rule without an endpoint is a leftover, or a misspelt pattern.
        Assert.Equal(RouteRules.All.Where(rule => rule.Access != RouteAccess.Peer).Except(mapped), []);
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("localhost.evil.example:7101")]
    [InlineData("10.0.0.1")]
    [InlineData("replica-2.example")]
    [InlineData("[2001:db8::1]:80")]
    public async Task AnyCall_ForeignHost_Is421(string host)
    {
        await using var replica = await TestReplica.StartAsync();
        foreach (var path in new[] { "/clock", "/kv/x", "/events", "/openapi/v1.json", "/nowhere", "/health" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Host = host } };
            using var response = await replica.Client.SendAsync(request);
            await TestReplica.ProblemAsync(response, "foreign-host");
            Assert.Equal(HttpStatusCode.MisdirectedRequest, response.StatusCode);
        }
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST:99")]
    [InlineData("127.0.0.1")]
    [InlineData("127.8.9.1:1")]
    [InlineData("[::1]:5")]
    [InlineData("replica-1.example:7101")]
    [InlineData("store.example")]
    public async Task AnyCall_OwnHost_IsServed(string host)
    {
        await using var replica = await TestReplica.StartAsync(null, ("Security:Hosts", "other.example; store.example"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/clock") { Headers = { Host = host } };
        using var response = await replica.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("Origin", "http://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Origin", "http://127.0.0.1:1")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task Changes_FromAForeignPage_Are403AndReadsAreNot(string header, string value)
    {
        await using var replica = await TestReplica.StartAsync();
        foreach (var rule in RouteRules.All.Where(rule => rule.Access is RouteAccess.Change or RouteAccess.Operator))
        {
            using var change = new HttpRequestMessage(new HttpMethod(rule.Method), Concrete(rule.Pattern));
            change.Headers.Add(header, value);
            change.Headers.Authorization = new AuthenticationHeaderValue("Bearer", TestReplica.ClusterKey);
            using var refused = await replica.Client.SendAsync(change);
            await TestReplica.ProblemAsync(refused, "foreign-origin");
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        }

        Assert.Equal(0, replica.Crashes);
        Assert.Empty(replica.Node.State.Keys.All);
        using var read = new HttpRequestMessage(HttpMethod.Get, "/clock");
        read.Headers.Add(header, value);
        using var answer = await replica.Client.SendAsync(read);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.Equal("same-origin", answer.Headers.GetValues("Cross-Origin-Resource-Policy").Single());
    }

    [Fact]
    public async Task Changes_FromTheOwnOrigin_AreServed()
    {
        await using var replica = await TestReplica.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Put, "/kv/x") { Content = new StringContent("1") };
        request.Headers.Add("Origin", replica.Address.GetLeftPart(UriPartial.Authority));
        request.Headers.Add("Sec-Fetch-Site", "same-origin");
        using var response = await replica.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer wrong")]
    [InlineData("Bearer ")]
    [InlineData("Basic a cluster key of tests")]
    [InlineData("a cluster key of tests")]
    public async Task OperatorCalls_WithoutTheKey_Are401(string? authorization)
    {
        await using var replica = await TestReplica.StartAsync(null, ("Limits:WrongKeys", "0"));
        foreach (var rule in RouteRules.All.Where(rule => rule.Access == RouteAccess.Operator))
        {
            using var request = new HttpRequestMessage(new HttpMethod(rule.Method), Concrete(rule.Pattern));
            if (authorization is not null)
            {
                request.Headers.TryAddWithoutValidation("Authorization", authorization);
            }

            using var response = await replica.Client.SendAsync(request);
            await TestReplica.ProblemAsync(response, "unauthorized");
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.NotEmpty(response.Headers.WwwAuthenticate);
        }

        Assert.Equal(0, replica.Crashes);
    }

    [Fact]
    public async Task LabCalls_WithoutLabMode_Are403()
    {
        await using var replica = await TestReplica.StartAsync(null, ("Replica:Lab", "false"));
        foreach (var rule in RouteRules.All.Where(rule => rule.IsLab))
        {
            using var request = new HttpRequestMessage(new HttpMethod(rule.Method), Concrete(rule.Pattern));
            using var response = await replica.Operator.SendAsync(request);
            await TestReplica.ProblemAsync(response, "lab-off");
        }
    }

    [Fact]
    public async Task PeerCalls_OnTheClientPort_Are404()
    {
        await using var replica = await TestReplica.StartAsync();
        using var response = await replica.Operator.PostAsync("/replication/stream", null);
        await TestReplica.ProblemAsync(response, "no-such-route");
    }

    private static string Concrete(string pattern) => System.Text.RegularExpressions.Regex.Replace(
        pattern, @"\{(\w+)[^}]*\}", parameter => parameter.Groups[1].Value == "key" ? "x" : "2");
}
