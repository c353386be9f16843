#!/usr/bin/env bash
# Ranks with different kernels: brought to the least instruction set, or refused with the cure; a run that
# goes on with others than it began with says so.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
make_small
fact() { "$cassette" info | sed -n "s/^$1: //p"; }

# two kinds of ranks: rank 0 as it is, two others with VARIABLE=VALUE
mixed() { uneven 3 '[12]' "$1" run small.yaml --run "$2" >out.txt 2>err.txt; } # VARIABLE=VALUE RUN

CST_ISA=vector expect 2 'CST_ISA=vector: no such kernels' 2 run small.yaml --run runs/none
CST_ISA=plain ranks 2 run small.yaml --run runs/plain >out.txt 2>err.txt || fail "$(cat err.txt)"
fingerprint runs/plain >want.txt
mixed CST_ISA=plain runs/mixed || fail "$(cat err.txt)"
fingerprint runs/mixed >got.txt
cmp want.txt got.txt || fail "mixed ranks do not end in the bits of plain ones: $(diff want.txt got.txt | head)"
if [ "$(fact kernels)" = plain ]; then
  echo "no vector kernels on this CPU: choices of them not tested" >&2
else
  grep -q "kernels: plain for all ranks, the most that rank 1 on .* has (rank 0 on .* has " err.txt ||
    fail "the choice was not said: $(cat err.txt)"
  [ "$(CST_ISA=plain fact numerics)" != "$(fact numerics)" ] || fail "kernels do not show in the arithmetic"

  # stopped with plain kernels, gone on with others: said, and not refused
  code=0
  CST_ISA=plain CST_DELAY=step:100 ranks 2 run small.yaml --run runs/moved run.walltime_s=2 >out.txt 2>err.txt || code=$?
  [ $code -eq 75 ] || fail "exit $code instead of 75: $(cat err.txt)"
  grep -q '"kernels": "plain"' "$(newest runs/moved | sed 's/h5$/json/')" || fail "no kernels in the manifest"
  ranks 2 run small.yaml --run runs/moved >out.txt 2>err.txt || fail "$(cat err.txt)"
  grep -q 'warning: .*other arithmetic (kernels plain, .*bits may differ from an undisturbed run' err.txt ||
    fail "no word of other kernels: $(cat err.txt)"
fi
grep -q 'other arithmetic' runs/plain/metrics.jsonl && fail "a warning in the journal"

if ! OPENBLAS_CORETYPE=Nehalem "$cassette" info 2>/dev/null | grep -q 'kernels for Nehalem' ||
  [ "$(OPENBLAS_CORETYPE=Nehalem fact numerics)" = "$(fact numerics)" ]; then
  echo "OpenBLAS has one kind of kernels here: mixed ones not tested" >&2
  exit 0
fi
code=0
mixed OPENBLAS_CORETYPE=Nehalem runs/blas || code=$?
[ $code -eq 2 ] || fail "exit $code instead of 2: $(cat err.txt)"
grep -q 'error: rank 1 on .* Nehalem there, for .* start all ranks with OPENBLAS_CORETYPE' err.txt || fail "$(cat err.txt)"
[ "$(grep -c 'cassette: error:' err.txt)" -eq 1 ] || fail "not one error line: $(cat err.txt)"
[ ! -e runs/blas/manifest.csv ] || fail "a refused job wrote a manifest"
OPENBLAS_CORETYPE=Nehalem ranks 3 run small.yaml --run runs/blas >out.txt 2>err.txt || fail "the cure does not work: $(cat err.txt)"
