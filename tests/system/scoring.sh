#!/usr/bin/env bash
# What is scored: every figure over one set of clips, judged by its own fold's training; seen cities against unseen ones over
# the same classes; evaluation clips whose recording session trained, apart; adaptation of both sides.
. "$(dirname "$0")/lib.sh"
make_tiny

# three cities without some of the classes: Bar is in one, Bus in another one, the third has six classes
python3 - <<'PY'
import csv, os
truth = dict((r["filename"], r["scene_label"]) for r in csv.DictReader(open("data/tiny/truth.csv", encoding="utf-8")))
lacking = {"Aldermoor": {"Bar"}, "Brightwater": {"Bar", "Bus", "Metro", "Airport"}, "Castel d'Or": {"Bus"}}
os.mkdir("data/uneven")
os.symlink(os.path.abspath("data/tiny/audio"), "data/uneven/audio")
with open("data/tiny/APSIPA2025_GC_ASC_dev_metadata.csv", encoding="utf-8-sig") as table, \
        open("data/uneven/clips.csv", "w", encoding="utf-8") as out, open("data/uneven/truth.txt", "w", encoding="utf-8") as all_labels:
    rows = [r for r in csv.DictReader(table) if truth[r["filename"]] not in lacking[r["location"]]]
    writer, labels = csv.writer(out), csv.writer(all_labels)
    writer.writerow(["filename", "scene_label", "city", "session"])
    labels.writerow(["filename", "scene_label"])
    for r in rows:
        writer.writerow([r["filename"], r["scene_label"], r["location"], r["record_time"]])
        labels.writerow([r["filename"], truth[r["filename"]]])
PY
cat >uneven.yaml <<YAML
extends: $configs/tiny.yaml
dataset: {layout: csv, root: data/uneven, truth: truth.txt, pretrain: []}
strategy: {name: supervised}
train: {epochs: 1}
split: {validation_share: 0.2}
YAML
"$cassette" run uneven.yaml --run runs/uneven >out.txt 2>err.txt || fail "uneven: $(tail -3 err.txt)"
python3 "$repository/tests/system/metrics_check.py" runs/uneven || fail "metrics.json of uneven cities"
grep -q '(the same 8 of 10 classes, ' out.txt || fail "no comparison over the same classes: $(cat out.txt)"
grep -q '^macro accuracy: .*session bootstrap, 8 of 10 classes, ' out.txt || fail "the classes scored are not counted: $(cat out.txt)"
grep -q '^left out: [0-9]* held-out clips of classes' out.txt || fail "clips that are left out are not said: $(cat out.txt)"

# the challenge's own protocol: clips of development's sessions are not new recordings
"$cassette" run "$configs/tiny.yaml" --run runs/official split.protocol=official strategy.name=supervised \
  train.epochs=1 dataset.pretrain= >out.txt 2>err.txt || fail "official: $(tail -3 err.txt)"
python3 - <<'PY'
import csv, json
rows = list(csv.DictReader(open("runs/official/manifest.csv", encoding="utf-8")))
seen = {r["session"] for r in rows if r["set"] == "development"}
test = [r for r in rows if r["set"] == "evaluation"]
shared = sum(r["session"] in seen for r in test)
assert 0 < shared < len(test)
said = f"- official: LEAK: {shared} of {len(test)} test clips ({100 * shared / len(test):.1f} %) are of recording sessions"
assert said in open("runs/official/split.txt", encoding="utf-8").read(), "split.txt does not say: " + said
metrics = json.load(open("runs/official/metrics.json", encoding="utf-8"))
fold = metrics["folds"][0]
assert (fold["test_clips_of_seen_sessions"], fold["test_clips"]) == (shared, len(test)), fold
answers = list(csv.DictReader(open("runs/official/predictions/held-out.csv", encoding="utf-8")))
for name, wanted in (("shared_sessions", True), ("new_sessions", False)):
    mine = [a for a in answers if (a["session"] in seen) == wanted]
    assert metrics[name]["clips"] == len(mine), (name, metrics[name])
    right = sum(a["truth"] == a["predicted"] for a in mine) / len(mine)
    assert abs(metrics[name]["accuracy"] - right) < 1e-9, (name, metrics[name], right)
for report in ("report.md", "report.html"):
    text = open(f"runs/official/report/{report}", encoding="utf-8").read()
    assert "No leakage" not in text, report
    assert f"{shared} of {len(test)} test clips" in text, report
PY
grep -q '^recording sessions that training saw: ' out.txt || fail "sessions seen are not said: $(cat out.txt)"

# without labels any more, no answers of before remain
"$cassette" evaluate "$configs/tiny.yaml" --run runs/official split.protocol=official strategy.name=supervised train.epochs=1 \
  dataset.pretrain= dataset.truth= >out.txt 2>err.txt || fail "official without labels: $(tail -3 err.txt)"
grep -q '^macro accuracy: no labels' out.txt || fail "scored without labels: $(cat out.txt)"
[ ! -e runs/official/predictions/held-out.csv ] || fail "held-out.csv of an earlier evaluation is left"

# adaptation: of seen cities as of unseen ones, the same bits on any number of ranks
cp runs/uneven/metrics.json none.json
for adapt in adabn tent; do
  for n in 1 3; do
    ranks $n evaluate uneven.yaml --run runs/uneven evaluate.adapt=$adapt >out.txt 2>err.txt || fail "$adapt: $(tail -3 err.txt)"
    cp runs/uneven/metrics.json $adapt-$n.json
  done
  cmp $adapt-1.json $adapt-3.json || fail "$adapt depends on the number of ranks"
  python3 - $adapt-1.json <<'PY'
import json, sys
before, after = (json.load(open(name, encoding="utf-8")) for name in ("none.json", sys.argv[1]))
for fold, adapted in zip(before["folds"], after["folds"]):
    for side in ("seen_cities", "unseen_cities"):
        assert fold[side]["calibration_error"] != adapted[side]["calibration_error"], (fold["name"], side, "not adapted to")
PY
done

# one clip has no statistics of a city: said, and nothing done
mkdir data/lone
ln -s "$PWD/data/tiny/audio" data/lone/audio
awk -F, -v OFS=, '!moved && $2 && NR > 1 { $3 = "Lone"; moved = 1 } 1' data/uneven/clips.csv >data/lone/clips.csv
"$cassette" run uneven.yaml --run runs/lone dataset.root=data/lone dataset.truth= split.held_out=[Lone] >out.txt 2>err.txt ||
  fail "lone: $(tail -3 err.txt)"
cp runs/lone/predictions/held-out.csv before.csv
"$cassette" evaluate uneven.yaml --run runs/lone dataset.root=data/lone dataset.truth= split.held_out=[Lone] evaluate.adapt=adabn \
  >out.txt 2>err.txt || fail "lone, adapted: $(tail -3 err.txt)"
grep -q 'nan' out.txt && fail "an interval of one session is printed: $(cat out.txt)"
grep -q 'warning: fold Lone: evaluate.adapt = adabn did nothing to clip' err.txt || fail "one clip is not said: $(cat err.txt)"
cmp before.csv runs/lone/predictions/held-out.csv || fail "one clip was adapted to"
