#!/usr/bin/env bash
# From a run to what is handed in, by one command: the answers in the order of the official table, and the facts; on
# the metadata of the challenge where they are at hand (rows of the real tables, with made-up audio), else on made-up ones.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
real=$shared/real/cas2023
if [ -d "$real" ]; then
  mkdir tables
  python3 - "$real" <<'PY'
import csv, sys
real = sys.argv[1]
rows = open(f"{real}/APSIPA2025_GC_ASC_dev_metadata.csv", encoding="utf-8", newline="").read().splitlines(True)
taken, chosen, sessions = {}, [], {}
for line in rows[1:]:
    name, city, time, label = next(csv.reader([line]))
    if not label:
        continue
    if sessions.setdefault((city, time), 0) < 2 and taken.setdefault(label, 0) < 6:
        taken[label] += 1
        sessions[city, time] += 1
        chosen.append(line)
chosen += [line for line in rows[1:] if not next(csv.reader([line]))[3]][:12]
open("tables/APSIPA2025_GC_ASC_dev_metadata.csv", "w", encoding="utf-8", newline="").writelines(rows[:1] + chosen)
rows = open(f"{real}/APSIPA2025_GC_ASC_eval_metadata.csv", encoding="utf-8", newline="").read().splitlines(True)
open("tables/APSIPA2025_GC_ASC_eval_metadata.csv", "w", encoding="utf-8", newline="").writelines(rows[:25])
PY
  for set in dev eval; do
    "$cassette" synth --preset tiny --metadata tables/APSIPA2025_GC_ASC_${set}_metadata.csv --out $set 2>err.txt || fail "synth: $(cat err.txt)"
  done
  mkdir -p data/real/audio
  mv dev/audio/* eval/audio/* data/real/audio/
  cp tables/*.csv data/real/
  table=data/real/APSIPA2025_GC_ASC_eval_metadata.csv
  dataset=(dataset.layout=cas dataset.root=data/real dataset.truth= dataset.pretrain=)
else
  make_tiny
  table=$(find data/tiny -name '*eval*.csv' | sort | head -1)
  dataset=(dataset.pretrain=)
fi
"$cassette" run "$configs/tiny.yaml" --run runs/entry split.protocol=official train.epochs=1 "${dataset[@]}" \
  >out.txt 2>err.txt || fail "run: $(tail -3 err.txt)"
"$cassette" submission runs/entry >out.txt 2>err.txt || fail "submission: $(cat err.txt)"
printf '%s\n' runs/entry/submission/predictions.csv runs/entry/submission/facts.yaml | cmp - out.txt || fail "names: $(cat out.txt)"
/usr/bin/python3 - "$table" runs/entry <<'PY' || fail "what is handed in"
import csv, json, sys
table, run = sys.argv[1:]
want = [row["filename"] for row in csv.DictReader(open(table, encoding="utf-8-sig", newline=""))]
answers = list(csv.DictReader(open(f"{run}/submission/predictions.csv", encoding="utf-8", newline="")))
assert [row["filename"] for row in answers] == want, "not the clips of the table in its order"
classes = json.load(open(f"{run}/metrics.json"))["classes"]
assert all(row["scene_label"] in classes for row in answers)
try:
    import yaml
except ImportError:
    sys.exit()
facts = yaml.safe_load(open(f"{run}/submission/facts.yaml", encoding="utf-8"))
segment = json.load(open(f"{run}/record.json"))["segments"][-1]
assert facts["network"]["parameters"] == segment["network_parameters"]
assert facts["network"]["bytes_in_single_precision"] == 4 * facts["network"]["parameters"]
assert facts["predictions"]["clips"] == len(want) and facts["network"]["models"] == 1
assert facts["external"] == {"pretraining_data": None, "pretrained_weights": None, "impulse_responses": None, "teachers": None}
assert facts["tiers"] == {"training": "none", "answers": "none", "transductive": False}
report = json.load(open(f"{run}/report/report.json"))
assert report["entry"]["network"] == facts["network"]
PY
grep -q '^## For an entry' runs/entry/report/report.md || fail "the report has no section of the entry"

# the same from three ranks, in another directory, in the order of a table; what is not whole is refused and nothing written
tac <(tail -n +2 "$table") | sed 's/\r$//' | cat <(head -1 "$table" | sed 's/\r$//') - >reversed.csv
ranks 3 submission runs/entry --table reversed.csv --out handed >out.txt 2>err.txt || fail "reversed: $(cat err.txt)"
cmp <(tail -n +2 handed/predictions.csv | sort) <(tail -n +2 runs/entry/submission/predictions.csv | sort) || fail "other answers"
cmp -s handed/predictions.csv runs/entry/submission/predictions.csv && fail "not in the order of the table"
head -3 reversed.csv >few.csv
expect 3 'it is not in the table of the evaluation set' 1 submission runs/entry --table few.csv --out none
sed -i '2d' runs/entry/predictions/evaluation.csv
expect 3 "1 of $(($(wc -l <reversed.csv) - 1)) clips of the evaluation set have no answer" 3 submission runs/entry --out none
expect 3 'ensemble.csv: no such file; make it with: cassette predict' 1 submission runs/entry --answers ensemble --out none
[ ! -e none ] || fail "a refused submission was written"
