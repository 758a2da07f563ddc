using ReplicatedDs.AppHost.Cluster;
using ReplicatedDs.AppHost.Control;

namespace ReplicatedDs.AppHost.Tests.Control;

public class EndpointsTests
{
    [Fact]
    public void Describe_MarksThePortsThatWereTaken_AndSaysWhyBelow()
    {
        var plan = Plan(new ReplicaSlot(1, 21825, 7401, 7201, null), new ReplicaSlot(2, 7102, 7402, 30000, null), new Dictionary<int, string>
        {
            [21825] = "Port 7101 is taken: replica-1 http uses 21825.",
            [30000] = "Port 7202 is taken: replica-2 resp uses 30000.",
        });

        var text = Endpoints.Describe(plan, "/data/cluster.json", "secret");

        Assert.Equal(
            """

            Login to the dashboard at http://127.0.0.1:7080/login?t=secret

                          http                      peer                   resp               text
            replica-1     http://127.0.0.1:21825 *  http://127.0.0.1:7401  127.0.0.1:7201     -
            replica-2     http://127.0.0.1:7102     http://127.0.0.1:7402  127.0.0.1:30000 *  -     spare
            control API   http://127.0.0.1:7079
            cluster.json  /data/cluster.json
            * Port 7101 is taken: replica-1 http uses 21825.
            * Port 7202 is taken: replica-2 resp uses 30000.


            """.ReplaceLineEndings("\n"),
            text);
    }

    private static ClusterPlan Plan(ReplicaSlot first, ReplicaSlot spare, IReadOnlyDictionary<int, string> moved) => new()
    {
        Slots = [first, spare],
        AtOnce = new HashSet<int> { 1 },
        InOrder = [],
        ControlPort = 7079,
        DashboardPort = 7080,
        RedisPort = null,
        Moved = moved,
    };
}
