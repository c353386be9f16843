#!/usr/bin/env bash
# Budgets in steps and schedules of the learning rate, as a run takes them; stopped after its very last step and
# resumed on other ranks it ends in the same bits.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
make_small 'pretrain: {epochs: 0}' "features: {store: $work/store}" \
  'augment: {labelled: weak, weak: {preset: published, background: [0, 20], p: 0.5}, strong: {preset: published, crop: [0.3, 1],
      background: [0, 20], filter_linear: [-6, 6], filter_step: {value: [-3, 3], p: 0.5}, noise: {value: [10, 40], p: 0.5}, shift: [-0.1, 0.1]}}' \
  'strategy: {name: fixmatch, threshold: 0.15}' \
  'student: {steps: 21, schedule: cosine-annealing, final_rate: 0.01, warmup: 0.2, learning_rate: 1e-3}'
for phase in prepare features; do ranks 1 $phase small.yaml --run runs/base >out.txt 2>err.txt || fail "$(cat err.txt)"; done
for run in one three; do
  mkdir -p runs/$run
  cp runs/base/{manifest.csv,prepare.json} runs/$run
done

ranks 1 train small.yaml --run runs/one >out.txt 2>err.txt || fail "$(cat err.txt)"
trained runs/one >want.txt
python3 - runs/one/metrics.jsonl <<'PY' || fail "not the schedule asked for"
import json, math, sys
events = [json.loads(line) for line in open(sys.argv[1])]
rates = [e["learning_rate"] for e in events if e["event"] == "step"]
stage, = [e for e in events if e["event"] == "stage"]
warm, all = 4, 21
want = [1e-3 * (t + 1) / (warm + 1) if t < warm else
        1e-3 * (0.01 + 0.99 * (1 + math.cos(math.pi * (t - warm) / (all - warm))) / 2) for t in range(all)]
if len(rates) != all or any(abs(a - b) > 1e-12 for a, b in zip(rates, want)):
    sys.exit(f"rates {rates}, want {want}")
if stage["updates"] != all or stage["epochs"] != -(-all // stage["steps"]) or all % stage["steps"] == 0:
    sys.exit(f"stage {stage}")
updates = [e["updates"] for e in events if e["event"] == "epoch"]
if sum(updates) != all or updates[-1] >= updates[0]:
    sys.exit(f"updates of epochs: {updates}")
PY

hold step:21 train small.yaml --run runs/three
stop_held USR1
[ $code -eq 75 ] || fail "exit $code: $(cat err.txt)"
grep -q 'stage student, epoch [0-9]*, step [1-9]' err.txt || fail "not stopped inside an epoch: $(cat err.txt)"
ranks 3 train small.yaml --run runs/three run.threads=2 >out.txt 2>err.txt || fail "$(cat err.txt)"
trained runs/three >got.txt
cmp want.txt got.txt || fail "differs after a stop at the last step: $(diff want.txt got.txt | head)"

# the rest of a recipe: gradients no longer than asked, smoothed labels, an average that leaves the first steps out, and the
# mean of the last epochs' weights, with statistics of its own
options=(student.steps=0 student.epochs=4 student.clip_norm=2 student.label_smoothing=0.1 strategy.ema_start=0.5
  student.average=0.5 student.balance=classes split.validation=none run.keep=100)
prepared() # RUN
{
  mkdir -p "runs/$1"
  cp runs/base/{manifest.csv,prepare.json} "runs/$1"
}
for phase in prepare features; do ranks 1 $phase small.yaml --run runs/base "${options[@]}" >out.txt 2>err.txt || fail "$(cat err.txt)"; done
prepared recipe
ranks 1 train small.yaml --run runs/recipe "${options[@]}" >out.txt 2>err.txt || fail "$(cat err.txt)"
trained runs/recipe >want.txt
python=/usr/bin/python3
$python -c 'import h5py' 2>/dev/null || { echo "skipped: needs python3-h5py to look into checkpoints" >&2; exit 77; }
$python - runs/recipe <<'PY' || fail "not the recipe asked for"
import glob, json, sys
import h5py, numpy as np
run = sys.argv[1]
events = [json.loads(line) for line in open(run + "/metrics.jsonl")]
norms = [e["gradient_norm"] for e in events if e["event"] == "step"]
assert min(norms) > 0 and max(norms) > 2, norms
mean, = [e for e in events if e["event"] == "average"]
assert mean["epochs"] == 2, mean
steps = {}
for path in glob.glob(run + "/checkpoints/last-*.h5"):
    with h5py.File(path) as file:
        read = lambda group: np.concatenate([file[group][name][()].ravel() for name in sorted(file[group])])
        steps[int(file["state/updates"][()].ravel()[0])] = [read(group) for group in ("params", "average_params", "average_stats")]
epoch, last = sorted(steps)[1], max(steps)
assert last == 4 * epoch, sorted(steps)
for done, (weights, average, _) in steps.items():
    assert (weights == average).all() == (done <= 2 * epoch), f"average after {done} of {last} steps"
with h5py.File(glob.glob(run + "/checkpoints/best-*-student.h5")[0]) as file:
    read = lambda group: np.concatenate([file[group][name][()].ravel() for name in sorted(file[group])])
    best, stats = read("params"), read("stats")
    assert (read("raw_params") == steps[last][0]).all(), "the weights behind the mean"
want = (steps[3 * epoch][1].astype(float) + steps[last][1]) / 2
assert (best == want.astype(np.float32)).all(), "the mean of two epochs"
assert not np.allclose(stats, steps[last][2]), "statistics of the last epoch"
PY
prepared again
hold step:13 train small.yaml --run runs/again "${options[@]}"
stop_held USR1
[ $code -eq 75 ] || fail "exit $code: $(cat err.txt)"
ranks 3 train small.yaml --run runs/again "${options[@]}" run.threads=2 >out.txt 2>err.txt || fail "$(cat err.txt)"
trained runs/again >got.txt
cmp want.txt got.txt || fail "differs at other ranks after a stop: $(diff want.txt got.txt | head)"

# a limit that no gradient meets changes no bit; one that all meet does
for limit in 1e6 1e-3; do
  prepared limited
  ranks 1 train small.yaml --run runs/limited "${options[@]}" student.clip_norm=$limit >out.txt 2>err.txt || fail "$(cat err.txt)"
  digest "$(newest runs/limited)" >"limited-$limit.txt"
  rm -r runs/limited
done
prepared unlimited
ranks 1 train small.yaml --run runs/unlimited "${options[@]}" student.clip_norm=0 >out.txt 2>err.txt || fail "$(cat err.txt)"
digest "$(newest runs/unlimited)" >unlimited.txt
cmp unlimited.txt limited-1e6.txt || fail "a limit beyond all gradients"
cmp -s unlimited.txt limited-1e-3.txt && fail "a limit below all gradients changed nothing"
prepared unbalanced
ranks 1 train small.yaml --run runs/unbalanced "${options[@]}" student.clip_norm=0 student.balance=none >out.txt 2>err.txt || fail "$(cat err.txt)"
digest "$(newest runs/unbalanced)" | cmp -s - unlimited.txt && fail "balanced batches are those of passes over all clips"

# impulse responses of recorders: the same on other ranks after a stop, and not with other responses
mkdir recorders
cp "$(find data/tiny/audio -name '*.wav' | sort | sed -n 1p)" recorders/one.wav
cp "$(find data/tiny/audio -name '*.wav' | sort | sed -n 2p)" recorders/two.wav
options=(augment.responses=recorders 'augment.strong={preset: default, responses: {value: [0.5, 1], p: 0.5}}'
  student.steps=0 student.epochs=1)
for run in heard again-heard; do prepared $run; done
for phase in prepare features; do ranks 1 $phase small.yaml --run runs/base "${options[@]}" >out.txt 2>err.txt || fail "$(cat err.txt)"; done
for run in heard again-heard; do cp runs/base/{manifest.csv,prepare.json} runs/$run; done
ranks 1 train small.yaml --run runs/heard "${options[@]}" >out.txt 2>err.txt || fail "$(cat err.txt)"
trained runs/heard >want.txt
hold step:3 train small.yaml --run runs/again-heard "${options[@]}"
stop_held USR1
[ $code -eq 75 ] || fail "exit $code: $(cat err.txt)"
mv recorders/two.wav .
expect 3 'was trained with other impulse responses' 3 train small.yaml --run runs/again-heard "${options[@]}"
mv two.wav recorders
ranks 3 train small.yaml --run runs/again-heard "${options[@]}" >out.txt 2>err.txt || fail "$(cat err.txt)"
trained runs/again-heard >got.txt
cmp want.txt got.txt || fail "recorders: differs at other ranks: $(diff want.txt got.txt | head)"
