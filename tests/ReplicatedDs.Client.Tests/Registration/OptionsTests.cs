using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace ReplicatedDs.Client.Tests.Registration;

public class OptionsTests
{
    [Fact]
    public void Problems_OfGoodOptions_AreNone() => Assert.Empty(With(_ => { }).Problems());

    [Theory]
    [InlineData("http://127.0.0.1:7101/kv")]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("http://127.0.0.1:7101/?x=1")]
    [InlineData("relative")]
    public void Problems_OfAnAddressThatIsNone_NameIt(string address)
    {
        var problem = Assert.Single(With(options => options.Replicas.Add(new Uri(address, UriKind.RelativeOrAbsolute))).Problems());

        Assert.Contains(address, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Problems_OfBadNumbers_NameEach()
    {
        var problems = With(options =>
        {
            options.Deadline = TimeSpan.Zero;
            options.AttemptTimeout = TimeSpan.FromSeconds(-1);
            options.CausalTimeout = TimeSpan.FromMinutes(11);
            options.AttemptsMax = 0;
            options.RetryDelayMax = TimeSpan.Zero;
            options.Order = (ReplicaOrder)9;
        }).Problems();

        Assert.Equal(
            ["Deadline", "AttemptTimeout", "CausalTimeout", "AttemptsMax", "RetryDelay", "Order"],
            problems.Select(problem => problem.Split(' ')[1]));
    }

    [Fact]
    public void Client_WithoutReplicas_IsRefused() =>
        Assert.Contains("Replicas is empty", Assert.Throws<ArgumentException>(() => new ReplicatedDsClient(new ReplicatedDsClientOptions())).Message, StringComparison.Ordinal);

    [Fact]
    public async Task AddReplicatedDsClient_GivesOneClient_AndASessionToEachScope()
    {
        await using var provider = new ServiceCollection().AddReplicatedDsClient(options => options.Replicas.Add(new Uri("http://127.0.0.1:7101"))).BuildServiceProvider();
        await using var one = provider.CreateAsyncScope();
        await using var other = provider.CreateAsyncScope();

        Assert.Same(one.ServiceProvider.GetRequiredService<ReplicatedDsClient>(), other.ServiceProvider.GetRequiredService<ReplicatedDsClient>());
        Assert.Same(one.ServiceProvider.GetRequiredService<CausalSession>(), one.ServiceProvider.GetRequiredService<CausalSession>());
        Assert.NotSame(one.ServiceProvider.GetRequiredService<CausalSession>(), other.ServiceProvider.GetRequiredService<CausalSession>());
    }

    [Fact]
    public async Task AddReplicatedDsClient_WithBadOptions_StopsTheHostAtItsStart()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddReplicatedDsClient();
        using var host = builder.Build();

        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Contains("Replicas is empty", failure.Message, StringComparison.Ordinal);
    }

    private static ReplicatedDsClientOptions With(Action<ReplicatedDsClientOptions> configure)
    {
        var options = new ReplicatedDsClientOptions();
        options.Replicas.Add(new Uri("http://127.0.0.1:7101"));
        configure(options);
        return options;
    }
}
