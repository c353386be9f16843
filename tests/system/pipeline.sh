#!/usr/bin/env bash
# The whole job on tiny data: every file of the run directory, and nothing done twice.
. "$(dirname "$0")/lib.sh"
make_tiny
ranks 2 run "$configs/tiny.yaml" --run runs/tiny >out.txt 2>err.txt || fail "run: $(tail -5 err.txt)"

for file in config.yaml manifest.csv split.txt metrics.jsonl metrics.json record.json \
  predictions/evaluation.csv predictions/evaluation-probabilities.csv report/report.md \
  report/report.json checkpoints/best-pretrain.h5; do
  [ -s "runs/tiny/$file" ] || fail "no $file"
done
for stage in pretrain finetune student; do
  grep -q "\"event\":\"epoch\",\"stage\":\"$stage\"" runs/tiny/metrics.jsonl || fail "no epoch of $stage"
done
python3 - <<'PY' || fail "pseudo-labels against dataset.truth"
import csv, glob, json
events = [json.loads(line) for line in open("runs/tiny/metrics.jsonl")]
events = {e["fold"]: e for e in events if e["event"] == "pseudo-labels"}
truth = {row["filename"]: row["scene_label"] for row in csv.DictReader(open("data/tiny/truth.csv"))}
files = glob.glob("runs/tiny/pseudo_labels/**/round-1.csv", recursive=True)
assert events and len(files) == len(events), (files, sorted(events))
right = known = 0
for file in files:
    for row in csv.DictReader(open(file)):
        known += 1
        right += truth[row["clip"]] == row["label"]
said = [(e["accuracy_against_hidden_labels"], e["clips_with_hidden_label"]) for e in events.values()]
assert sum(n for _, n in said) == known and abs(sum(a * n for a, n in said) - right) < 1e-9, (said, right, known)
PY
find runs/tiny -name '*.tmp' | grep -q . && fail "temporary files left"

# the challenge CSV has the rows of the evaluation metadata, in their order
sed 's/\r$//; 1s/^\xef\xbb\xbf//' data/tiny/APSIPA2025_GC_ASC_eval_metadata.csv | cut -d, -f1 >want.txt
cut -d, -f1 runs/tiny/predictions/evaluation.csv | cmp - want.txt || fail "rows of evaluation.csv"

# a second run does nothing and changes nothing
fingerprint runs/tiny >before.txt
started=$(date +%s%N)
ranks 2 run "$configs/tiny.yaml" --run runs/tiny >out.txt 2>err.txt || fail "second run: $(cat err.txt)"
fingerprint runs/tiny >after.txt
cmp before.txt after.txt || fail "the second run changed the results"
grep -q 'training is done already' err.txt || fail "trained again"
[ $((($(date +%s%N) - started) / 1000000000)) -lt 60 ] || fail "the second run took long"

# the resolved configuration is a configuration
"$cassette" prepare runs/tiny/config.yaml --run runs/again >out.txt 2>err.txt || fail "$(cat err.txt)"
cmp runs/tiny/config.yaml runs/again/config.yaml || fail "the resolved configuration does not reproduce itself"

# phases one by one, at another rank count, end in the same place
for phase in prepare features train evaluate predict report; do
  if [ $phase = report ]; then
    "$cassette" report runs/steps >/dev/null 2>err.txt || fail "$phase: $(cat err.txt)"
  else
    ranks 3 $phase "$configs/tiny.yaml" --run runs/steps >out.txt 2>err.txt || fail "$phase: $(cat err.txt)"
  fi
done
fingerprint runs/steps >steps.txt
cmp before.txt steps.txt || fail "3 ranks, phase by phase, differ from 2 ranks in one go: $(diff before.txt steps.txt)"

# another configuration in a trained run directory is refused
expect 2 'seed' 1 run "$configs/tiny.yaml" --run runs/tiny seed=5
