#!/usr/bin/env bash
# The average of weights: beside its figures stand those of the weights without it, which are the ones of
# a run that keeps none; every strategy and stage has the same; 0 is none, and other zeros are zeros, too.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# the last epoch is the best one, whatever validation would say
make_small 'pretrain: {epochs: 0}' 'train: {epochs: 2}' \
  "features: {store: $work/store}" 'evaluate: {bootstrap: 50}'

scored() # RUN RANKS OPTION…: prepared, trained, scored
{
  local run=$1 n=$2 phase
  shift 2
  for phase in prepare features train evaluate; do
    ranks "$n" $phase small.yaml --run "runs/$run" split.validation=none "$@" >"$run-$phase.txt" 2>err.txt || fail "$run, $phase: $(cat err.txt)"
  done
}

# figures PATH FILE: macro accuracy, interval, accuracy, calibration, both sides, of what stands at PATH in metrics.json
figures()
{
  python3 - "$@" <<'PY'
import json, sys
path, file = sys.argv[1:]
at = json.load(open(file))
for part in path.split("."):
    at = at[int(part) if part.isdigit() else part] if part else at
print([at[name] for name in ("macro_accuracy", "ci95", "accuracy", "calibration_error", "seen", "unseen")])
PY
}

scored with 1 strategy.name=supervised
scored without 2 strategy.name=supervised strategy.ema=0
figures raw runs/with/metrics.json >raw.txt
figures folds.0.raw runs/with/metrics.json | cmp - raw.txt || fail "the fold's and the run's raw figures differ"
figures "" runs/without/metrics.json | cmp - raw.txt || fail "raw: $(cat raw.txt) and $(figures '' runs/without/metrics.json)"
figures "" runs/with/metrics.json | cmp -s - raw.txt && fail "the average says what the raw weights say"
grep -q '"raw"' runs/without/metrics.json && fail "raw figures without an average"
grep -q 'without the average of weights: ' with-evaluate.txt || fail "$(cat with-evaluate.txt)"

# the record has what was in effect
scored zero 1 strategy.name=fixmatch strategy.weight=0 strategy.ema=0.5
python3 - runs/zero <<'PY' || fail "the parameters in effect"
import json, sys
want = {"threshold": 0.95, "weight": 0, "ratio": 1, "ema": 0.5, "mixup": 0, "alignment": 0}
for got in (json.load(open(sys.argv[1] + "/metrics.json")), *json.load(open(sys.argv[1] + "/record.json"))["segments"]):
    if got["strategy"] != "fixmatch" or got["parameters"] != want:
        sys.exit(f"{got['strategy']}: {got['parameters']}")
PY
# the file of the run says the same again: what was absent is absent
grep -q "^  # threshold: the strategy's default$" runs/zero/config.yaml || fail "config.yaml: $(grep threshold runs/zero/config.yaml)"
grep -q '^  weight: 0$' runs/zero/config.yaml || fail "config.yaml: $(grep weight runs/zero/config.yaml)"
"$cassette" train runs/zero/config.yaml --run runs/zero >out.txt 2>err.txt || fail "$(cat err.txt)"
# a weight of 0 is not the strategy's 1
python3 - runs/zero/metrics.jsonl <<'PY' || fail "unlabelled clips had a part in the loss"
import json, sys
events = [json.loads(line) for line in open(sys.argv[1])]
losses = [e["loss_unsupervised"] for e in events if e["event"] == "step" and "loss_unsupervised" in e]
sys.exit(not losses or any(losses))
PY
