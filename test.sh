#!/usr/bin/env bash
# The one test command: installs what is missing, builds with warnings as errors, checks the format, runs every ring.
#   ./test.sh          everything, about 26 minutes on two cores
#   ./test.sh --full   the long runs too
# Ends with the line "N passed, N failed" (", N skipped" if any); the exit code is 0 only if nothing failed.
set -uo pipefail
cd "$(dirname "$0")"

full=false
for argument in "$@"; do
  case "$argument" in
    --full) full=true ;;
    *) echo "test.sh: unknown switch '$argument' (there is only --full)" >&2; exit 2 ;;
  esac
done

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 MSBUILDDISABLENODEREUSE=1
export SIMULATION_SECONDS=$([ "$full" = true ] && echo 900 || echo 90)
export CLUSTER_TESTS_SEEDS=$([ "$full" = true ] && echo 25 || echo 1)
results="$PWD/artifacts/test-results"
rm -rf "$results" && mkdir -p "$results"

passed=0 failed=0 skipped=0
finish() {
  if [ "$skipped" -gt 0 ]; then echo "$passed passed, $failed failed, $skipped skipped"; else echo "$passed passed, $failed failed"; fi
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
  exit
}
give_up() { echo "test.sh: $1" >&2; failed=$((failed + 1)); finish; }
step() { printf '\n== %s (%s)\n' "$1" "$(date +%T)"; }

# install_if_possible COMMAND PACKAGE: makes COMMAND available, from Debian's packages where that is possible.
install_if_possible() {
  command -v "$1" >/dev/null && return
  if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    step "installing $2"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$2"; } >"$results/apt-$2.log" 2>&1
  fi
}

# install COMMAND PACKAGE: the same, and nothing goes without it.
install() {
  install_if_possible "$1" "$2"
  command -v "$1" >/dev/null || give_up "'$1' is missing: install the package '$2' (for example: sudo apt-get install $2) and run again"
}

command -v dotnet >/dev/null || give_up "the .NET SDK 10 is missing: https://dotnet.microsoft.com/download"
install redis-server redis-server
install chromium chromium
# For hosts in network namespaces and for containers; without them those tests are skipped and say why.
install_if_possible nft nftables
install_if_possible ip iproute2
install_if_possible systemd-analyze systemd
install_if_possible podman podman
install_if_possible runc runc
install_if_possible kubectl kubernetes-client

step "build"
dotnet build ReplicatedDs.sln -warnaserror --verbosity quiet || give_up "the build failed"

step "format"
dotnet format ReplicatedDs.sln --verify-no-changes --no-restore || give_up "dotnet format would change files"

run() { # run PROJECT: one test project; its counts come from its TRX file
  local name trx counters total executed ok
  name=$(basename "$1" .csproj)
  step "$name"
  dotnet test "$1" --no-build --nologo --verbosity quiet --logger "trx;LogFileName=$name.trx" --logger "console;verbosity=minimal" \
    --results-directory "$results" --blame-hang-timeout 15m || true
  trx="$results/$name.trx"
  counters=$(grep -o '<Counters [^>]*' "$trx" 2>/dev/null | head -n 1)
  if [ -z "$counters" ]; then
    echo "test.sh: $name left no results" >&2
    failed=$((failed + 1))
    return
  fi
  count() { sed -E "s/.* $1=\"([0-9]+)\".*/\1/" <<<"$counters"; }
  total=$(count total) executed=$(count executed) ok=$(count passed)
  passed=$((passed + ok)) failed=$((failed + executed - ok)) skipped=$((skipped + total - executed))
}

for project in tests/*/*.Tests.csproj tests/ReplicatedDs.Simulation/ReplicatedDs.Simulation.csproj; do
  case "$project" in *Cluster.Tests*|*Browser.Tests*) continue ;; esac
  run "$project"
done
run tests/ReplicatedDs.Cluster.Tests/ReplicatedDs.Cluster.Tests.csproj
run tests/ReplicatedDs.Browser.Tests/ReplicatedDs.Browser.Tests.csproj

echo
finish
