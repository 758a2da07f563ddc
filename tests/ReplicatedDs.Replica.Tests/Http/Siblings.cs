using System.Net.Http.Headers;

namespace ReplicatedDs.Replica.Tests.Http;

/// <summary>Makes two concurrent versions of a key by hand delivery.</summary>
internal static class Siblings
{
    /// <summary>Versions 3#1 and 4#1, of guests that did not know of each other; 4#1 wins. Replica 2 joins, so that nothing becomes stable.</summary>
    public static async Task MakeAsync(TestReplica replica, string key, string first, string second)
    {
        replica.Node.Step(new Causality.Core.JoinRequest(new object(), TestNode.Admission(2, "http://127.0.0.1:1")));
        foreach (var guest in new[] { 3, 4 })
        {
            using var admitted = await replica.Operator.PostAsync("/admin/guests", null);
            Assert.Equal(guest, (int?)(await TestReplica.JsonAsync(admitted))["id"]);
        }

        var own = replica.Node.State.Delivered[new Causality.Clocks.ReplicaId(1)];
        foreach (var (guest, value) in new[] { (3, first), (4, second) })
        {
            using var delivered = await DeliverAsync(replica, $"SU{guest}:1:{own}:{guest}:1|{key}:{value}");
            Assert.Equal("applied", (string?)(await TestReplica.JsonAsync(delivered))["outcome"]);
        }
    }

    public static async Task<HttpResponseMessage> DeliverAsync(TestReplica replica, string text)
    {
        using var content = new StringContent(text);
        content.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
        return await replica.Client.PostAsync("/replication/updates", content);
    }
}
