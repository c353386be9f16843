# Shared by the system tests: sourced as  . "$(dirname "$0")/lib.sh"  with the program and the shared
# data directory as arguments.
set -euo pipefail
cassette=$1
shared=${2:-/nonexistent}
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# as ctest sets them (tests/CMakeLists.txt), so that a script also runs by hand
set -a
. "$repository/scripts/mpi.env"
OMP_NUM_THREADS=1 OMP_WAIT_POLICY=passive LC_ALL=C
set +a
configs=$repository/configs
# in memory where there is room: hundreds of synced files are slow on a disk
scratch=${TMPDIR:-/tmp}
if [ -z "${on_disk:-}" ] && [ -w /dev/shm ] && [ "$(df --output=avail -k /dev/shm | tail -1)" -gt 2000000 ]; then scratch=/dev/shm; fi
work=$(mktemp -d "$scratch/cassette-system-XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/.mpi" # mpirun's files apart from those of tests that run beside this one
export OMPI_MCA_orte_tmpdir_base=$work/.mpi PRTE_MCA_prte_tmpdir_base=$work/.mpi # Open MPI 4; 5
cd "$work"
# figures are a third of a small run's time: only a test that sets with_figures has them
if [ -z "${with_figures:-}" ]; then
  mkdir bin
  printf '#!/bin/sh\nexit 127\n' >bin/gnuplot
  chmod +x bin/gnuplot
  PATH=$work/bin:$PATH
fi

fail()
{
  echo "FAILED: $*" >&2
  exit 1
}

# ranks N COMMAND…: the program under mpirun (1 rank: without it).
ranks()
{
  local n=$1
  shift
  if [ "$n" -eq 1 ]; then
    "$cassette" "$@"
  else
    mpirun -n "$n" "$cassette" "$@"
  fi
}

# uneven N WHICH NAME=VALUE COMMAND…: N ranks, of which those of the pattern WHICH have NAME=VALUE in their
# environment.  One application, since not every mpirun can start several as one job; killed when it hangs.
uneven()
{
  local n=$1 which=$2 setting=$3
  shift 3
  # shellcheck disable=SC2016,SC2053
  timeout -s KILL 600 mpirun -n "$n" bash -c '[[ ${OMPI_COMM_WORLD_RANK:-$PMI_RANK} != $0 ]] || export "$1"; exec "${@:2}"' \
    "$which" "$setting" "$cassette" "$@"
}

# expect CODE FRAGMENT N COMMAND…: must exit with CODE and print exactly one error line, which holds
# FRAGMENT.
expect()
{
  local code=$1 fragment=$2 n=$3 got=0
  shift 3
  ranks "$n" "$@" >out.txt 2>err.txt || got=$?
  [ "$got" -eq "$code" ] || fail "exit $got instead of $code at $n ranks: $*: $(cat err.txt)"
  grep -q -- "$fragment" err.txt || fail "no \"$fragment\" in the message of: $*: $(cat err.txt)"
  [ "$(grep -c 'cassette: error:' err.txt)" -eq 1 ] || fail "not one error line: $*: $(cat err.txt)"
}

# until_says TEXT JOB: until err.txt has TEXT; JOB must not end before.
until_says()
{
  until grep -q -- "$1" err.txt; do
    kill -0 "$2" 2>/dev/null || grep -q -- "$1" err.txt || fail "ended before it said \"$1\": $(cat err.txt)"
    sleep 0.05
  done
}

# hold POINT[:K] WORD…: the program in the background (its id is `job`), until it is held at the (K-th) passage of
# POINT of delay.h.  It stays there until let_go.
hold()
{
  rm -f release
  : >err.txt
  CST_RELEASE=$work/release CST_DELAY=${1%%:*}:3600000${1#"${1%%:*}"} ${launcher:-} "$cassette" "${@:2}" >out.txt 2>err.txt &
  job=$!
  until_says "delay at ${1%%:*}" $job
}
let_go() { touch "$work/release"; }

# stop_held SIGNAL: the held job, which then saves; its exit status in `code`.
stop_held()
{
  kill "-$1" "$job"
  until_says 'asked to stop' "$job"
  let_go
  code=0
  wait "$job" || code=$?
}

# together LOOPS N [LAUNCHER...]: so many loops at once of N starts each; every start must end well.
together()
{
  local loops=$1 n=$2 loop start
  shift 2
  for loop in $(seq "$loops"); do
    for start in $(seq "$n"); do
      "$@" "$cassette" info >/dev/null 2>"start-$loop.txt" || cp "start-$loop.txt" "failed-$loop-$start.txt"
    done &
  done
  wait
  failed=$(find . -name 'failed-*' | wc -l)
  [ "$failed" -eq 0 ] || fail "$failed of $((loops * n)) starts failed: $(head -n 8 "$(find . -name 'failed-*' | head -n 1)")"
}

# The digest of a checkpoint.
digest() { "$cassette" info "$1" | sed -n 's/^digest: //p'; }

# make_tiny: the tiny data sets, once per test.
make_tiny()
{
  "$cassette" synth --preset tiny --out data/tiny 2>/dev/null
  "$cassette" synth --preset tiny --layout tau --out data/tiny-tau 2>/dev/null
}

# make_small [LINE…]: small.yaml, one fold of the tiny data sets, with more lines of YAML.
make_small()
{
  make_tiny
  printf '%s\n' "extends: $configs/tiny.yaml" "split: {held_out: [Aldermoor]}" "$@" >small.yaml
}

# newest RUN: its newest checkpoint.
newest() { find "$1/checkpoints" -name 'last-*.h5' | sort | tail -1; }

# What training leaves, as text: digests of all kept weights and of the last optimiser state,
# pseudo-labels, and the journal without its clocks.
trained()
{
  local run=$1 file
  for file in "$run"/checkpoints/best-*.h5; do echo "$(basename "$file") $(digest "$file")"; done
  echo "last $(digest "$(newest "$run")")"
  (cd "$run" && find . -type f -path './pseudo_labels/*' | sort | xargs sha256sum)
  python3 - "$run/metrics.jsonl" <<'PY'
import json, sys
for line in open(sys.argv[1]):
    event = json.loads(line)
    for clock in ("time", "clips_per_s", "step_s"):
        event.pop(clock, None)
    print(json.dumps(event))
PY
}

# What two runs must have in common: that, predictions and metrics.
fingerprint()
{
  trained "$1"
  (cd "$1" && find . -type f -path './predictions/*' | sort | xargs sha256sum)
  sha256sum <"$1/metrics.json"
}
