#!/usr/bin/env bash
# Numbers that are not finite end the job on all ranks with exit status 4, and the message says where.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
python=/usr/bin/python3
if ! "$python" -c 'import h5py' 2>/dev/null; then
  echo "skipped: needs python3-h5py to damage features" >&2
  exit 77
fi
make_small
ranks 1 prepare small.yaml --run runs/whole >out.txt 2>err.txt || fail "$(cat err.txt)"
ranks 2 features small.yaml --run runs/whole >out.txt 2>err.txt || fail "$(cat err.txt)"

# broken VALUE: runs/broken, in whose feature store every first number of a clip is VALUE
broken()
{
  rm -rf runs/broken
  cp -r runs/whole runs/broken
  "$python" - "$1" runs/broken/features/shard-*.h5 <<'PY'
import sys
import h5py
for path in sys.argv[2:]:
    with h5py.File(path, "r+") as shard:
        shard["features"][:, 0, 0] = float(sys.argv[1])
PY
}

# a feature that is not a number: the clip is named, alike from any number of ranks
broken nan
for n in 1 2 3 5; do
  rm -rf runs/broken/checkpoints
  expect 4 'the features of clip .* are not finite (stage pretrain, epoch 1, step 1)' $n train small.yaml --run runs/broken
done

# features so large that their squares overflow: the statistic is named, with stage, epoch and step
broken 3e38
for n in 1 2 3; do
  rm -rf runs/broken/checkpoints
  expect 4 'BatchNorm statistic bn0.running_.* is not finite in stage pretrain, epoch 1, step 1;' $n \
    train small.yaml --run runs/broken
done

# in another stage the fold is named, too
rm -rf runs/broken/checkpoints
expect 4 'is not finite in stage finetune, fold Aldermoor, epoch 1, step 1;' 3 train small.yaml --run runs/broken \
  pretrain.epochs=0

# `run` checks the store against its digests, and makes it again
rm -rf runs/broken/checkpoints
ranks 2 run small.yaml --run runs/broken >out.txt 2>err.txt || fail "$(cat err.txt)"
