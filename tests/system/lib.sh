# Shared by the system tests: sourced as  . "$(dirname "$0")/lib.sh"  with the program and the shared
# data directory as arguments.
set -euo pipefail
cassette=$1
shared=${2:-/nonexistent}
# as ctest sets them (tests/CMakeLists.txt), so that a script also runs by hand
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_mpi_yield_when_idle=1
export OMPI_MCA_hwloc_base_binding_policy=none OMP_NUM_THREADS=1 OMP_WAIT_POLICY=passive LC_ALL=C
export OMPI_MCA_pml=ob1 OMPI_MCA_btl=self,vader # one node: starts in half the time
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
configs=$repository/configs
# in memory where there is room: hundreds of synced files are slow on a disk
scratch=${TMPDIR:-/tmp}
if [ -z "${on_disk:-}" ] && [ -w /dev/shm ] && [ "$(df --output=avail -k /dev/shm | tail -1)" -gt 2000000 ]; then scratch=/dev/shm; fi
work=$(mktemp -d "$scratch/cassette-system-XXXXXX")
trap 'rm -rf "$work"' EXIT
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
    mpirun -n "$n" --oversubscribe "$cassette" "$@"
  fi
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
