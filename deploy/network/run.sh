#!/usr/bin/env bash
# A cluster on a network of its own: every replica, Redis and the dashboard on a host (network namespace) with an address of its own.
#   deploy/network/run.sh network   [--minutes 10] [--seed 1] [--out FOLDER]   a network that fails, clients at every replica, a checked history
#   deploy/network/run.sh kubernetes [--seed 1] [--out FOLDER]                the pods of deploy/kubernetes by podman (also needs podman, runc, kubectl)
#   deploy/network/run.sh wide-area [--cut 300] [--seed 1] [--out FOLDER]      three sites 50 to 200 ms apart, one of them cut off for a while
#   deploy/network/run.sh redis-cluster [--minutes 2] [--seed 1] [--out FOLDER]  values in a Redis Cluster (on loopback, without a network of its own) whose masters are killed
# Needs Linux and root (or the capabilities SYS_ADMIN and NET_ADMIN), iproute2, nftables and redis-server; redis-cluster only redis-server. Whatever it makes goes when it ends, also by Ctrl+C.
set -euo pipefail
cd "$(dirname "$0")/../.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet build tests/ReplicatedDs.Cluster.Tests -c Release --verbosity quiet
if [ "${1:-}" = redis-cluster ]; then
  [[ " $* " == *" --out "* ]] || set -- "$@" --out "${TMPDIR:-/tmp}/replicated-ds-redis-cluster"
  TMPDIR=$(mktemp -d) && export TMPDIR
  trap 'rm -rf "$TMPDIR"' EXIT
  dotnet tests/ReplicatedDs.Cluster.Tests/bin/Release/net10.0/ReplicatedDs.Cluster.Tests.dll "$@"
  exit
fi
exec dotnet tests/ReplicatedDs.Cluster.Tests/bin/Release/net10.0/ReplicatedDs.Cluster.Tests.dll "$@"
