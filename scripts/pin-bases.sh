#!/usr/bin/env bash
# Pins the images that the Dockerfile builds on to what the registry gives for their tags now: NAME:TAG becomes NAME:TAG@sha256:DIGEST, of the whole list of
# platforms. Run it where the registry can be reached, with Docker (buildx) or skopeo, look at the difference, build, and commit it; again for each update.
set -euo pipefail
dockerfile="$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/Dockerfile"

digest() {
  if docker buildx version >/dev/null 2>&1; then
    docker buildx imagetools inspect "$1" --format '{{.Manifest.Digest}}'
  elif command -v skopeo >/dev/null 2>&1; then
    printf 'sha256:%s\n' "$(skopeo inspect --raw "docker://$1" | sha256sum | cut -d ' ' -f 1)"
  else
    echo "pin-bases.sh needs Docker with buildx, or skopeo." >&2
    return 1
  fi
}

awk '$1 == "FROM" { sub(/@.*/, "", $2); print $2 }' "$dockerfile" | sort -u | while read -r name; do
  found=$(digest "$name")
  case $found in
    sha256:????????????????????????????????????????????????????????????????) ;;
    *) echo "The registry gives no digest for $name: $found" >&2; exit 1 ;;
  esac
  sed -i -E "s|^FROM $name(@sha256:[0-9a-f]+)?|FROM $name@$found|" "$dockerfile"
  echo "$name@$found"
done
