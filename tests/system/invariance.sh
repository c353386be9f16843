#!/usr/bin/env bash
# All four stages, dropout and augmentation on, end in the same bits at 1, 2, 3, 5 and 8 ranks with 1 and 2 threads each, and more:
# features, weights, optimiser, pseudo-labels, predictions, metrics, and every number in the journal.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# three epochs at most, some stages stop early; 22 labelled clips leave ranks idle in the last batch
make_small 'train: {epochs: 3, patience: 1}' 'augment: {labelled: strong, mixup: 0.3}'

prints() # RUN
{
  fingerprint "$1"
  digest "$1/features"
}

ranks 1 run small.yaml --run runs/1x1 >out.txt 2>err.txt || fail "$(cat err.txt)"
prints runs/1x1 >want.txt
for what in '^best-pretrain.h5 ' '^best-.*-finetune.h5 ' '^best-.*-student.h5 ' '^last ' 'pseudo_labels/' \
  'predictions/' '"event": "pseudo-labels"' '"stage": "student".*"loss"'; do
  grep -q "$what" want.txt || fail "nothing to compare of $what"
done
grep -q '^  dropout: 0$' runs/1x1/config.yaml && fail "dropout is off"
grep -q '^  dropout: ' runs/1x1/config.yaml || fail "no dropout in the configuration"

same() # RUN
{
  prints "$1" >got.txt
  cmp want.txt got.txt || fail "$1 differs from 1 rank with 1 thread: $(diff want.txt got.txt | head)"
}

for what in 1x2 2x1 2x2 2x4 3x1 3x2 5x1 5x2 8x1 8x2; do
  run=runs/$what
  ranks ${what%x*} run small.yaml --run "$run" run.threads=${what#*x} >out.txt 2>err.txt || fail "$run: $(cat err.txt)"
  same "$run"
  rm -rf "$run"
done

# each phase on another number of ranks; features read from the shards as needed
ranks 5 prepare small.yaml --run runs/mixed >out.txt 2>err.txt || fail "$(cat err.txt)"
ranks 3 features small.yaml --run runs/mixed run.threads=2 >out.txt 2>err.txt || fail "$(cat err.txt)"
for phase in train evaluate predict; do
  ranks 2 $phase small.yaml --run runs/mixed run.threads=2 dataset.cache_gib=0 >out.txt 2>err.txt ||
    fail "$(cat err.txt)"
done
grep -q 'read from disk as needed' err.txt || fail "features were not streamed"
same runs/mixed

# and the comparison can fail
ranks 1 run small.yaml --run runs/other seed=2 >out.txt 2>err.txt || fail "$(cat err.txt)"
prints runs/other >got.txt
for line in $(seq 1 "$(grep -c '^best\|^last' want.txt)"); do
  [ "$(sed -n "${line}p" want.txt)" != "$(sed -n "${line}p" got.txt)" ] || fail "the seed changes nothing in line $line"
done
