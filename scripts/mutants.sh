# Sourced by ./bench, not run: ./bench mutants [PROJECT FOLDER]. Plants one small bug after another (Stryker.NET, docs/adr/0050) and counts those that no unit test
# notices. Works on a copy of the tree under artifacts/, because the mutated assemblies are put in the place of the real ones; without analyzers there, which
# would read every file again for nothing. MUTANTS_LEVEL (Basic, Standard, Advanced, Complete) and MUTANTS_CONCURRENCY (1) may be set.

mutant_folders=(
  "Core Limits" "Media Hub" "Rpc Wire" "Rpc Sessions" "Audio Wire" "Audio Sessions" "Audio Stations" "Rtmp Wire" "Rtmp Sessions"
)

copy_tree() {
  local tree=$1
  rm -rf "$tree"
  mkdir -p "$tree"
  (cd "$root" && git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
    if [ -f "$file" ]; then printf '%s\0' "$file"; fi
  done | tar --null -cf - -T -) | tar -xf - -C "$tree"
}

# How many mutants of a report have a state.
count_mutants() { { grep -o "\"status\": *\"$2\"" "$1" || true; } | wc -l; }

run_mutants() {
  local project=$1 folder=$2 results="$root/artifacts/mutants/$1-$2" report log killed lived covered late
  log="$results.log"
  rm -rf "$results"
  mkdir -p "$results"
  (cd "$root/artifacts/mutants/tree/tests/Quickwater.$project.Tests" &&
    nice -n 10 dotnet stryker --project "Quickwater.$project.csproj" --configuration Release --concurrency "${MUTANTS_CONCURRENCY:-1}" \
      --mutation-level "${MUTANTS_LEVEL:-Standard}" --mutate "**/$folder/**/*.cs" --reporter json --reporter html --skip-version-check --output "$results") >"$log" 2>&1 || true
  report="$results/reports/mutation-report.json"
  if [ ! -f "$report" ]; then
    say "$project/$folder: no report; see $log"
    return 1
  fi

  killed=$(count_mutants "$report" Killed) late=$(count_mutants "$report" Timeout) lived=$(count_mutants "$report" Survived) covered=$(count_mutants "$report" NoCoverage)
  awk -v name="$project/$folder" -v k="$killed" -v t="$late" -v s="$lived" -v n="$covered" \
    'BEGIN { all = k + t + s + n; printf "%-18s %6d %8d %8d %8d %10d %6.1f %%\n", name, all, k, t, s, n, all ? 100 * (k + t) / all : 100 }'
  say "  which of them live: $results/reports/mutation-report.html"
}

mutants() {
  local one failed=0 chosen=("${mutant_folders[@]}")
  # A machine that is busy with something else starts a test host slowly; a run that gives up after 90 s loses everything.
  export RunAnalyzers=false BuildWeb=false VSTEST_CONNECTION_TIMEOUT=900
  if [ $# -gt 0 ]; then chosen=("$*"); fi
  copy_tree "$root/artifacts/mutants/tree"
  (cd "$root/artifacts/mutants/tree" && dotnet tool restore >&2)
  printf '%-18s %6s %8s %8s %8s %10s %8s\n' folder mutants killed "too slow" lived "not run" score
  for one in "${chosen[@]}"; do
    # shellcheck disable=SC2086
    run_mutants $one || failed=1 # two words: the project and its folder
  done
  return $failed
}
