#!/usr/bin/env bash
# Every instruction set at hand gives the same bits, alone, mixed, and one after the other; ranks whose libraries
# give others are refused, and a run that goes on with others than it began with says so.  What bits: bits.sh.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
make_small
fact() { "$cassette" info | sed -n "s/^$1: //p"; }

# two kinds of ranks: rank 0 as it is, two others with VARIABLE=VALUE
mixed() { uneven 3 '[12]' "$1" run small.yaml --run "$2" >out.txt 2>err.txt; } # VARIABLE=VALUE RUN
# the bits of run NAME are those of the first
same() # NAME
{
  fingerprint "runs/$1" >got.txt
  [ -e want.txt ] || cp got.txt want.txt
  cmp want.txt got.txt || fail "$1 ends in other bits: $(diff want.txt got.txt | head)"
}

CST_ISA=vector expect 2 'CST_ISA=vector: no such kernels' 2 run small.yaml --run runs/none
all=$("$cassette" --help | sed -n 's/^ *CST_ISA *vector kernels: \(.*\), or empty: .*/\1/p')
[ "$all" ] || fail 'the help of CST_ISA lists no kernels'
for isa in ${all//,/}; do
  if ! CST_ISA=$isa "$cassette" info 2>/dev/null | grep -q "^kernels: $isa\$"; then
    echo "no $isa on this CPU: not tested" >&2
    continue
  fi
  CST_ISA=$isa ranks 2 run small.yaml --run runs/$isa >out.txt 2>err.txt || fail "$(cat err.txt)"
  same $isa
done

mixed CST_ISA=plain runs/mixed || fail "$(cat err.txt)"
same mixed
if [ "$(fact kernels)" != plain ]; then
  grep -q "kernels: from plain (rank 1 on .*) to .* (rank 0 on .*): other speeds, the same bits" err.txt ||
    fail "mixed kernels were not said: $(cat err.txt)"
fi

# products in parts: the same bits with AMX's tiles and without, on any ranks
printf '%s\n' "extends: small.yaml" 'strategy: {name: supervised}' \
  'model: {blocks: [32], products: bf16x3}' 'train: {epochs: 1}' >parts.yaml
for kind in avx2:1 :1 :3 :5; do
  if ! CST_ISA=${kind%:*} "$cassette" info >/dev/null 2>&1; then continue; fi
  CST_ISA=${kind%:*} ranks "${kind#*:}" run parts.yaml --run "runs/parts$kind" >out.txt 2>err.txt || fail "$(cat err.txt)"
  fingerprint "runs/parts$kind" >got.txt
  [ -e parts.txt ] || cp got.txt parts.txt
  cmp parts.txt got.txt || fail "products in parts have other bits with '$kind': $(diff parts.txt got.txt | head)"
  if [ "$kind" = avx2:1 ]; then
    grep -q 'warning: model.products=bf16x3: rank 0 on .* has no AMX: the same bits, in several times' err.txt || fail "$(cat err.txt)"
  fi
done

# stopped with plain kernels, gone on with others
CST_ISA=plain launcher='mpirun -n 2' hold step:4 run small.yaml --run runs/moved
stop_held USR1
[ $code -eq 75 ] || fail "exit $code instead of 75: $(cat err.txt)"
ranks 2 run small.yaml --run runs/moved >out.txt 2>err.txt || fail "$(cat err.txt)"
grep -q 'other numerics' err.txt && fail "a warning about the same bits: $(cat err.txt)"
same moved

# libsoxr has a choice of code that gives other bits
other=SOXR_USE_SIMD32=0
if [ "$(env $other "$cassette" info | grep ^numerics)" = "$("$cassette" info | grep ^numerics)" ]; then
  echo "libsoxr has one kind of code here: other numerics not tested" >&2
  exit 0
fi
code=0
mixed $other runs/refused || code=$?
[ $code -eq 2 ] || fail "exit $code instead of 2: $(cat err.txt)"
grep -q 'error: rank 1 on .* does not compute the bits of rank 0 on .* (resampling): ' err.txt || fail "$(cat err.txt)"
[ "$(grep -c 'cassette: error:' err.txt)" -eq 1 ] || fail "not one error line: $(cat err.txt)"
[ ! -e runs/refused/manifest.csv ] || fail "a refused job wrote a manifest"

launcher='mpirun -n 2' hold step:4 run small.yaml --run runs/other
stop_held USR1
[ $code -eq 75 ] || fail "exit $code instead of 75: $(cat err.txt)"
env $other "$cassette" run small.yaml --run runs/other >out.txt 2>err.txt || fail "$(cat err.txt)"
grep -q 'warning: .*other numerics (.*bits may differ from an undisturbed run' err.txt || fail "no word of other numerics: $(cat err.txt)"
grep -q 'other numerics' runs/other/metrics.jsonl && fail "a warning in the journal"
exit 0
