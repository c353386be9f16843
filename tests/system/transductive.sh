#!/usr/bin/env bash
# The evaluation set as unlabelled clips: heard, never seen with a label, the same on any ranks, and told everywhere.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
make_tiny
cat >t.yaml <<YAML
extends: $configs/tiny.yaml
split: {protocol: official, transductive: true}
strategy: {name: one-shot}
dataset: {pretrain: []}
train: {epochs: 1}
evaluate: {bootstrap: 50}
YAML
for n in 1 3 5; do
  ranks $n run t.yaml --run runs/t$n >out.txt 2>err.txt || fail "$n ranks: $(tail -3 err.txt)"
  fingerprint runs/t$n >now.txt
  cmp now.txt first.txt 2>/dev/null || { [ $n = 1 ] && cp now.txt first.txt; } || fail "$n ranks differ: $(diff now.txt first.txt)"
done

# told: split, metrics, record, report, what is handed in
grep -q '^- official: TRANSDUCTIVE: ' runs/t1/split.txt || fail "split.txt: $(cat runs/t1/split.txt)"
grep -q 'on the evaluation set, which is scored (transductive)' runs/t1/report/report.md || fail "report.md"
"$cassette" submission runs/t1 >/dev/null && grep -q '^  transductive: true' runs/t1/submission/facts.yaml || fail "facts.yaml"
python3 - <<'PY' || fail "what is heard"
import csv, json
assert json.load(open("runs/t1/metrics.json"))["transductive"] is True
assert json.load(open("runs/t1/record.json"))["segments"][0]["transductive"] is True
sets = {row["clip"]: row["set"] for row in csv.DictReader(open("runs/t1/manifest.csv", encoding="utf-8"))}
heard = [row["clip"] for row in csv.DictReader(open("runs/t1/pseudo_labels/round-1.csv", encoding="utf-8"))]
assert sum(sets[clip] == "evaluation" for clip in heard) > 10, "evaluation clips got no pseudo-labels"
tested = [row["clip"] for row in csv.DictReader(open("runs/t1/predictions/held-out.csv", encoding="utf-8"))]
assert set(clip for clip in heard if sets[clip] == "evaluation") <= set(tested), "heard clips are not tested"
PY

# no label of theirs has a part: with other ones, and with none, the same weights; without their audio others
cp -r data/tiny data/other
python3 - <<'PY'
import csv
evaluation = {row["clip"] for row in csv.DictReader(open("runs/t1/manifest.csv", encoding="utf-8")) if row["set"] == "evaluation"}
rows = list(csv.reader(open("data/other/truth.csv", encoding="utf-8", newline="")))
label = rows[0].index("scene_label")
last = [row[label] for row in rows[1:]]
for row, other in zip(rows[1:], last[1:] + last[:1]):
    row[label] = other if row[0] in evaluation else row[label]
csv.writer(open("data/other/truth.csv", "w", encoding="utf-8", newline="")).writerows(rows)
PY
weights=checkpoints/best-official-student.h5
"$cassette" run t.yaml --run runs/other dataset.root=data/other >out.txt 2>err.txt || fail "other labels: $(tail -3 err.txt)"
cmp -s runs/other/metrics.json runs/t1/metrics.json && fail "the labels are not other ones"
"$cassette" run t.yaml --run runs/none dataset.truth= >out.txt 2>err.txt || fail "no labels: $(tail -3 err.txt)"
"$cassette" run t.yaml --run runs/deaf split.transductive=false >out.txt 2>err.txt || fail "inductive: $(tail -3 err.txt)"
for run in other none; do
  [ "$(digest runs/$run/$weights)" = "$(digest runs/t1/$weights)" ] || fail "$run: labels of the evaluation set had a part"
done
[ "$(digest runs/deaf/$weights)" != "$(digest runs/t1/$weights)" ] || fail "the evaluation set was not heard"

# a comparison has them apart; a run that is not transductive takes no answers of one that is
"$cassette" report runs/deaf runs/t1 >out.txt 2>err.txt || fail "comparison: $(cat err.txt)"
grep -q 'those that are tested among them (transductive)' runs/comparison/report.md || fail "comparison: no table of its own"
expect 3 'runs/t1: was trained on unlabelled clips of what is tested' 1 evaluate t.yaml --run runs/deaf split.transductive=false --with runs/t1

# its audio is part of what was trained on: another recording is not gone on with
file=$(python3 -c 'import csv; print(next(r["path"] for r in csv.DictReader(open("runs/other/manifest.csv", encoding="utf-8")) if r["set"] == "evaluation" and r["status"] == "ok"))')
from=$(python3 -c 'import csv; print(next(r["path"] for r in csv.DictReader(open("runs/other/manifest.csv", encoding="utf-8")) if r["set"] == "development" and r["status"] == "ok"))')
cp "$from" "$file"
expect 3 'data' 2 train t.yaml --run runs/other dataset.root=data/other
