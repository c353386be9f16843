#!/usr/bin/env bash
# Budgets in steps and schedules of the learning rate, as a run takes them; stopped after its very last step and
# resumed on other ranks it ends in the same bits.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
make_small 'pretrain: {epochs: 0}' "features: {store: $work/store}" \
  'augment: {labelled: weak, weak: published, strong: published}' \
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
