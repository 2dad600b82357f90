#!/usr/bin/env bash
# Stand-ins for the images that the Dockerfile builds on, where no container registry can be reached: scripts/container-bases.sh ENGINE,
# where ENGINE is podman or docker. Debian's packages with this machine's own .NET and Node. Needs root, debootstrap, node and npm. Only for
# tests of the Dockerfile: what they show is that it builds and that its image serves, not what the real base images hold.
set -euo pipefail
engine=$1
dockerfile="$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/Dockerfile"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

release=$(. /etc/os-release && echo "$VERSION_CODENAME")
mirror=$(apt-get indextargets --format '$(SITE) $(RELEASE)' | awk -v release="$release" '$2 == release { print $1; exit }')
debootstrap --variant=minbase --include=ca-certificates,libicu72,libssl3,libstdc++6,zlib1g "$release" "$work/root" "$mirror" >&2
cp -a /etc/ssl/certs/. "$work/root/etc/ssl/certs/"

dotnet=$(dirname "$(readlink -f "$(command -v dotnet)")")
mkdir -p "$work/root/usr/share/dotnet"
cp -a "$dotnet/dotnet" "$dotnet/host" "$dotnet/shared" "$work/root/usr/share/dotnet/"
ln -s /usr/share/dotnet/dotnet "$work/root/usr/bin/dotnet"
chroot "$work/root" useradd --uid 1654 --user-group app

# The name that the Dockerfile has for a base, without its digest, which no stand-in can have: `base PART` finds the one that contains PART.
base() { awk -v part="$1" '$1 == "FROM" && index($2, part) { sub(/@.*/, "", $2); print $2; exit }' "$dockerfile"; }

# What tells this machine's programs which certificates to trust has to be told in there too.
changes=()
for name in NODE_EXTRA_CA_CERTS SSL_CERT_FILE SSL_CERT_DIR NUGET_CERT_REVOCATION_MODE; do
  if [ -n "${!name:-}" ]; then changes+=(--change "ENV $name=${!name}"); fi
done
import() { tar -C "$work/root" -c . | "$engine" import ${changes[@]+"${changes[@]}"} - "$(base "$1")" >&2; }

import aspnet
cp -a "$dotnet/." "$work/root/usr/share/dotnet/"
mkdir -p "$work/root/root/.nuget"
if [ -d "$HOME/.nuget/NuGet" ]; then cp -a "$HOME/.nuget/NuGet" "$work/root/root/.nuget/"; fi
import dotnet/sdk
cp "$(readlink -f "$(command -v node)")" "$work/root/usr/bin/node"
mkdir -p "$work/root/usr/lib/node_modules"
cp -a "$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")" "$work/root/usr/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$work/root/usr/bin/npm"
for file in /etc/npmrc "$HOME/.npmrc"; do if [ -f "$file" ]; then cp "$file" "$work/root$file"; fi; done
import node
