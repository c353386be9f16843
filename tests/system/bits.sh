#!/usr/bin/env bash
# The committed bits, tests/golden/bits.txt, which every build on every machine must give: synthetic recordings, and models of
# four stages from recordings at the features' own rate; models from resampled recordings where libsoxr gives the
# committed features (`same_bits_on: all`), or with STORE=DIR, features by a machine where it does.
# After a change that is meant to change bits: UPDATE_GOLDEN=1 tests/system/bits.sh PROGRAM
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
make_small ${STORE:+"features: {store: $STORE}"}
printf '%s\n' "extends: $configs/tiny.yaml" 'split: {held_out: [amberton]}' \
  "dataset: {layout: tau, root: data/tiny-tau, truth: '', hide_labels: 0.5, hide_by: clip}" >own-rate.yaml
golden=$repository/tests/golden/bits.txt

# nothing depends on which of its functions the C library takes for a CPU
lesser=$(GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX512F,-AVX2,-AVX,-FMA "$cassette" info | grep '^numerics: ')
[ "$lesser" = "$("$cassette" info | grep '^numerics: ')" ] || fail "other bits with the C library's functions for lesser CPUs: $lesser"

short() { sha256sum | cut -c1-32; }
# models NAME: one line for the best models of all stages of NAME.yaml; in models.txt, one for each
models()
{
  local file
  "$cassette" run "$1.yaml" --run "runs/$1" >out.txt 2>err.txt || fail "$(cat err.txt)"
  for file in "runs/$1"/checkpoints/best-*.h5; do echo "$(basename "$file") $(digest "$file")"; done | tee -a models.txt | short
}

echo "audio $(find data -type f -name '*.wav' | LC_ALL=C sort | xargs cat | short)" >bits.txt
echo "own_rate $(models own-rate)" >>bits.txt
if [ -n "${STORE:-}" ] || "$cassette" info | grep -qx 'same_bits_on: all'; then
  echo "models $(models small)" >>bits.txt
else
  echo "libsoxr gives other bits here: models from resampled recordings are not compared" >&2
fi
for stage in pretrain finetune student; do
  [ "$(grep -c "$stage.h5" models.txt)" -eq $(($(wc -l <bits.txt) - 1)) ] || fail "not a model of stage $stage each: $(cat models.txt)"
done
if [ -n "${UPDATE_GOLDEN:-}" ]; then cp bits.txt "$golden"; fi
diff <(grep -f <(sed 's/ .*/ /; s/^/^/' bits.txt) "$golden") bits.txt >differ.txt ||
  fail "other bits than the committed ones: $(cat differ.txt models.txt)"
