# Shared by run, qw and test; sourced, not run. Sets $root and gives need_dotnet, node_is_new_enough, choose_web_build,
# build_server and say.

root=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
configuration=Release
server_dll="$root/src/Quickwater.Server/bin/$configuration/net10.0/quickwater.dll"
built_stamp="$root/artifacts/server.built"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
# A build node that outlives the script would hold its standard output open.
export MSBUILDDISABLENODEREUSE=1
if [ ! -w "${HOME:-/nonexistent}" ]; then
  export DOTNET_CLI_HOME="${TMPDIR:-/tmp}/quickwater-dotnet-$(id -u)"
fi

say() { printf '%s\n' "$*" >&2; }

# Stops with an instruction unless the .NET SDK 10 is there.
need_dotnet() {
  if ! command -v dotnet >/dev/null 2>&1 && [ -x "${HOME:-}/.dotnet/dotnet" ]; then
    PATH="$HOME/.dotnet:$PATH"
  fi
  if ! dotnet --list-sdks 2>/dev/null | grep -q '^10\.'; then
    say "Quickwater needs the .NET SDK 10, and there is none on PATH."
    say "Get it from https://dotnet.microsoft.com/download/dotnet/10.0 or by your package manager"
    say "(Debian and Ubuntu with Microsoft's feed: apt-get install dotnet-sdk-10.0; macOS: brew install dotnet-sdk;"
    say "Windows: winget install Microsoft.DotNet.SDK.10), then run this again."
    exit 1
  fi
}

# The oldest Node that builds and tests the web pages (Vite's requirement).
node_is_new_enough() {
  command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 &&
    node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 12) || (a === 20 && b >= 19) ? 0 : 1)'
}

# The server's build makes the web pages with Node; with none, or one that Vite does not run on, it embeds what there is.
choose_web_build() {
  node_is_new_enough || export BuildWeb=false
}

# True when a source of the server is newer than its last build.
server_is_stale() {
  [ -f "$server_dll" ] && [ -f "$built_stamp" ] || return 0
  local parts=("$root/src" "$root/global.json" "$root"/Directory.*) part
  for part in "$root/sim" "$root/web" "$root/assets"; do [ -d "$part" ] && parts+=("$part"); done
  [ -n "$(find "${parts[@]}" \( -name bin -o -name obj -o -name node_modules -o -name dist \) -prune \
    -o -type f -newer "$built_stamp" -print 2>/dev/null | head -n 1)" ]
}

# Builds the server when it is stale. Quiet unless it fails. One at a time, whoever else asks.
build_server() {
  server_is_stale || return 0
  mkdir -p "$root/artifacts"
  exec 9>"$root/artifacts/build.lock"
  if command -v flock >/dev/null 2>&1; then flock 9; fi
  if server_is_stale; then
    local log="$root/artifacts/build.log" started="$root/artifacts/server.started"
    [ -t 2 ] && say "Building Quickwater (the first time takes a minute)..."
    touch "$started"
    choose_web_build
    if ! (cd "$root" && dotnet build src/Quickwater.Server -c "$configuration" -v q) >"$log" 2>&1 9>&-; then
      say "Quickwater does not build:"
      grep -E 'error|warning' "$log" | sort -u | head -n 40 >&2 || tail -n 40 "$log" >&2
      say "The whole log: $log"
      exit 1
    fi
    mv "$started" "$built_stamp"
  fi
  exec 9>&-
}
