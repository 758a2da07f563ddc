#!/usr/bin/env bash
# The image of a replica, from this repository and from what this (Debian) machine has installed: the .NET runtime, and the libraries that it and redis-server load.
# Where registries can be reached, the SDK makes the image: dotnet publish ReplicatedDs.Replica -c Release -t:PublishContainer (docs/many-machines.md).
#   deploy/image/build.sh FOLDER     writes FOLDER/replica.tar and FOLDER/redis.tar: a root file system each, for `podman import`
set -euo pipefail
out="$(mkdir -p "$1" && cd "$1" && pwd)"
cd "$(dirname "$0")/../.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

dotnet="$(dirname "$(readlink -f "$(command -v dotnet)")")"
runtime="$(dotnet --list-runtimes | sed -n 's/^Microsoft.AspNetCore.App \(10[^ ]*\).*/\1/p' | tail -n 1)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

# take ROOT FILE...: the files and the libraries that they load.
take() {
  local root="$1" file; shift
  { printf '%s\n' "$@"; ldd "$@" 2>/dev/null | grep -o '/[^ )]*'; } | sed 's/:$//' | sort -u | while read -r file; do
    mkdir -p "$root$(dirname "$file")"
    cp -L "$file" "$root$file"
  done
}

# base ROOT NAME ID: what every root file system has.
base() {
  mkdir -p "$1"/{tmp,data,etc,run}
  chmod 1777 "$1/tmp"
  printf 'root:x:0:0::/:/sbin/nologin\n%s:x:%s:%s::/:/sbin/nologin\n' "$2" "$3" "$3" > "$1/etc/passwd"
  printf 'root:x:0:\n%s:x:%s:\n' "$2" "$3" > "$1/etc/group"
  printf 'hosts: files dns\n' > "$1/etc/nsswitch.conf"
  chown "$3:$3" "$1/data" 2>/dev/null || true
}

dotnet publish ReplicatedDs.Replica -c Release -o "$work/replica/app" --verbosity quiet
base "$work/replica" app 1654
mkdir -p "$work/replica/usr/share/dotnet/host" "$work/replica/usr/share/dotnet/shared/Microsoft.NETCore.App" "$work/replica/usr/share/dotnet/shared/Microsoft.AspNetCore.App"
cp "$dotnet/dotnet" "$work/replica/usr/share/dotnet/"
cp -r "$dotnet/host/fxr" "$work/replica/usr/share/dotnet/host/"
cp -r "$dotnet/shared/Microsoft.NETCore.App/$runtime" "$work/replica/usr/share/dotnet/shared/Microsoft.NETCore.App/"
cp -r "$dotnet/shared/Microsoft.AspNetCore.App/$runtime" "$work/replica/usr/share/dotnet/shared/Microsoft.AspNetCore.App/"
libraries=()
for name in libssl.so.3 libcrypto.so.3 libgcc_s.so.1 libstdc++.so.6 libz.so.1 libnss_files.so.2 libnss_dns.so.2 libresolv.so.2; do
  found="$(ldconfig -p | sed -n "s/^[[:space:]]*$name (libc6,[^)]*) => //p" | head -n 1)"
  [ -z "$found" ] || libraries+=("$found")
done
take "$work/replica" "$dotnet/dotnet" "$dotnet/shared/Microsoft.NETCore.App/$runtime"/*.so "$work/replica/app/runtimes/linux-x64/native/libe_sqlite3.so" "${libraries[@]}" 2>/dev/null || true
rm -rf "$work/replica$work" # what was taken from where it was made
tar -C "$work/replica" -cf "$out/replica.tar" .

base "$work/redis" redis 999
take "$work/redis" "$(readlink -f "$(command -v redis-server)")"
mkdir -p "$work/redis/usr/bin"
[ -e "$work/redis/usr/bin/redis-server" ] || cp -L "$(command -v redis-server)" "$work/redis/usr/bin/redis-server"
tar -C "$work/redis" -cf "$out/redis.tar" .
ls -l "$out"
