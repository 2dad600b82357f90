# What the tests need beside .NET; sourced by ./test after common.sh. Gives install_tools and test_web.

missing_packages() {
  command -v ffmpeg >/dev/null 2>&1 || echo ffmpeg
  command -v chromium >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || echo chromium
  command -v rtmpdump >/dev/null 2>&1 || echo rtmpdump
  if [ "$(uname)" = Linux ]; then
    command -v ip >/dev/null 2>&1 || echo iproute2
    command -v iptables >/dev/null 2>&1 || echo iptables
  fi
  { gst-inspect-1.0 --exists rtmp2sink && gst-inspect-1.0 --exists x264enc && gst-inspect-1.0 --exists avdec_h264; } 2>/dev/null ||
    echo gstreamer1.0-tools gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly gstreamer1.0-libav
  command -v promtool >/dev/null 2>&1 || echo prometheus
  command -v python3 >/dev/null 2>&1 || echo python3
  command -v gcc >/dev/null 2>&1 || echo gcc libc6-dev
  command -v npm >/dev/null 2>&1 || echo nodejs npm
  if [ -n "${QUICKWATER_FULL:-}" ]; then
    command -v obs >/dev/null 2>&1 || echo obs-studio obs-plugins
    command -v Xvfb >/dev/null 2>&1 || echo xvfb
    command -v dbus-run-session >/dev/null 2>&1 || echo dbus
    command -v cvlc >/dev/null 2>&1 || echo vlc-bin vlc-plugin-base
    command -v mpv >/dev/null 2>&1 || echo mpv
    [ -f /usr/lib/nginx/modules/ngx_rtmp_module.so ] || echo nginx-core libnginx-mod-rtmp
    if [ "$(uname)" = Linux ] && ! docker version >/dev/null 2>&1; then
      { command -v podman && command -v runc && [ -d /usr/lib/cni ]; } >/dev/null 2>&1 || echo podman runc containernetworking-plugins
      command -v debootstrap >/dev/null 2>&1 || echo debootstrap # where no registry can be reached either
    fi
  fi
  [ -f /usr/share/sounds/alsa/Front_Center.wav ] || echo alsa-utils # speech at 48 kHz
  { ldconfig -p 2>/dev/null || true; } | grep -q libsndfile.so.1 || echo libsndfile1
}

# Installs by apt where this is Debian or Ubuntu and we may; elsewhere says what is missing. Tests that need what is
# still missing skip themselves by name.
install_tools() {
  local packages log="$results/install.log" as_root=()
  packages=$(missing_packages | tr '\n' ' ')
  if [ -n "$packages" ]; then
    if [ "$(id -u)" != 0 ]; then as_root=(sudo -n); fi
    if command -v apt-get >/dev/null 2>&1 && ${as_root[@]+"${as_root[@]}"} true 2>/dev/null; then
      say "Installing $packages..."
      # shellcheck disable=SC2086  # a list of words
      { ${as_root[@]+"${as_root[@]}"} apt-get update &&
        ${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $packages; } \
        >"$log" 2>&1 </dev/null || say "apt-get could not install them ($log); the tests that need them are skipped."
    else
      say "The tests also need: $packages(Debian's names). Install them by your package manager; until then those tests are skipped."
    fi
  fi
  if ! node_is_new_enough && command -v npm >/dev/null 2>&1; then
    say "Getting Node 22 from npm, as the one here is too old..."
    npm install --prefix "$root/artifacts/tools" --no-save --no-audit --no-fund node@22 >>"$log" 2>&1 </dev/null
    PATH="$root/artifacts/tools/node_modules/node/bin:$PATH"
  fi
  if [ -d "$root/web" ] && node_is_new_enough && [ "$root/web/package-lock.json" -nt "$root/web/node_modules/.package-lock.json" ]; then
    say "Getting the web pages' packages..."
    (cd "$root/web" && npm ci --no-audit --no-fund) >>"$log" 2>&1 </dev/null || say "npm ci failed ($log)."
  fi
  install_clients "$log"
}

# The real clients that come from npm, which run none of their own scripts. Any Node runs them; without it their tests are skipped by name.
install_clients() {
  local clients="$root/tests/Quickwater.Interop.Tests/Clients"
  command -v npm >/dev/null 2>&1 && [ "$clients/package-lock.json" -nt "$clients/node_modules/.package-lock.json" ] || return 0
  say "Getting the interop tests' clients from npm..."
  (cd "$clients" && npm ci --ignore-scripts --no-audit --no-fund) >>"$1" 2>&1 </dev/null || say "npm ci failed ($1)."
}

# The web pages' type check and tests. The check is one step; each test counts by itself.
test_web() {
  if ! node_is_new_enough; then
    step "web: npm run check and npm test" skipped "this machine has no Node 20.19 or newer"
    return
  fi
  local began=$SECONDS code
  if (cd web && npm run check) >"$results/web-check.log" 2>&1 </dev/null; then
    step "web: npm run check" passed
  else
    step "web: npm run check" failed "$(tail -n 15 "$results/web-check.log")"
  fi
  (cd web && NODE_OPTIONS="--test-reporter=junit --test-reporter-destination=$results/web.junit.xml" npm test) \
    >"$results/web-test.log" 2>&1 </dev/null
  code=$?
  if [ $code -ne 0 ] && ! grep -qs '<failure' "$results/web.junit.xml"; then
    step "web: npm test runs to its end" failed "exit code $code; $(tail -n 15 "$results/web-test.log")"
  fi
  say "$(printf '%-32s %4d s' web $((SECONDS - began)))"
}
