#!/usr/bin/env bash
# Draws the cluster's key and one access key of the role "write", once: what is there stays. The folder is for you alone and not under version control.
set -euo pipefail
folder="${1:-$(dirname "$0")/secrets}"
umask 077
mkdir -p "$folder"
draw() { od -An -N 32 -t x1 /dev/urandom | tr -d ' \n'; }
[ -e "$folder/cluster-key" ] || draw > "$folder/cluster-key"
[ -e "$folder/access-keys.json" ] || printf '{"keys":[{"name":"clients","role":"write","key":"%s"}]}\n' "$(draw)" > "$folder/access-keys.json"
echo "The keys are in $folder."
