#!/usr/bin/env bash
# Measures ReplicatedDs beside Redis and etcd on this machine, and writes the tables and plots of docs/benchmarks.md.
#   bench/compare.sh                      everything, about fifteen minutes on two cores that do nothing else
#   bench/compare.sh --quick              one small round, in less than two minutes; prints, but writes nothing
#   bench/compare.sh --only resp,etcd     some parts (resp, etcd, core, keys, dashboard, availability); prints, but writes nothing
#   bench/compare.sh --rounds 9           more rounds
# It starts servers on free ports of loopback, with data in a temporary folder, and ends them. For the partition it makes a network of its own, which takes
# root (or the capabilities SYS_ADMIN and NET_ADMIN), iproute2 and nftables; without them that part is left out. Nothing stays, also after Ctrl+C.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 MSBUILDDISABLENODEREUSE=1

# install_if_possible COMMAND PACKAGE: makes COMMAND available, from Debian's packages where that is possible.
install_if_possible() {
  command -v "$1" >/dev/null && return
  if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$2"; } >/dev/null 2>&1 || true
  fi
}

# install COMMAND PACKAGE: the same, and nothing goes without it.
install() {
  install_if_possible "$1" "$2"
  command -v "$1" >/dev/null || { echo "compare.sh: '$1' is missing: install the package '$2' and run again" >&2; exit 2; }
}

command -v dotnet >/dev/null || { echo "compare.sh: the .NET SDK 10 is missing: https://dotnet.microsoft.com/download" >&2; exit 2; }
install redis-benchmark redis-tools
install redis-server redis-server
install etcd etcd-server
install_if_possible ip iproute2
install_if_possible nft nftables

for project in ReplicatedDs.Replica ReplicatedDs.Dashboard bench/ReplicatedDs.Bench; do
  dotnet build -c Release "$root/$project" --verbosity quiet --nologo
done
exec timeout -k 30 2400 dotnet "$root/bench/ReplicatedDs.Bench/bin/Release/net10.0/ReplicatedDs.Bench.dll" \
  compare "$root" "$root/ReplicatedDs.Replica/bin/Release/net10.0/ReplicatedDs.Replica.dll" "$root/ReplicatedDs.Dashboard/bin/Release/net10.0/ReplicatedDs.Dashboard.dll" "$@"
