#!/usr/bin/env bash
# Teachers from outside: the run's own teacher, written out and read back, gives its own bits; positions in a table, ranks
# and stops give none; what a table lacks is counted, what does not fit is refused; runs that teach other runs.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
make_small 'pretrain: {epochs: 0}' 'train: {epochs: 2}' "features: {store: $work/store}" 'augment: {labelled: weak, mixup: 0.3}' 'student: {balance: classes}'

prepared() # RUN...
{
  for run in "$@"; do
    rm -rf "runs/$run"
    mkdir -p "runs/$run"
    cp runs/base/{manifest.csv,prepare.json} "runs/$run"
  done
}
train() # RANKS RUN WORD...
{
  ranks "$1" train small.yaml --run "runs/$2" "${@:3}" >out.txt 2>err.txt || fail "$2: $(cat err.txt)"
}
student() { digest "runs/$1/checkpoints/best-Aldermoor-student.h5"; }
same() { [ "$(student "$1")" = "$(student "$2")" ] || fail "the students of $1 and $2 differ"; }

for phase in prepare features; do ranks 1 $phase small.yaml --run runs/base >out.txt 2>err.txt || fail "$(cat err.txt)"; done

# the run's own teacher, written out and read back
prepared own soft distilled shuffled
train 1 own strategy.name=soft strategy.temperature=1
cp runs/own/pseudo_labels/round-1-probabilities.csv own-Aldermoor.csv
grep -q '^filename,' own-Aldermoor.csv || fail "no table of the teacher's probabilities: $(head -2 own-Aldermoor.csv)"
train 1 soft strategy.name=soft strategy.temperature=1 'teacher.files=["own-{fold}.csv"]'
same soft own
[ ! -e runs/soft/checkpoints/best-Aldermoor-finetune.h5 ] || fail "a teacher was trained beside the table"
grep -q 'labelled clips' err.txt || fail "nothing said of the table: $(cat err.txt)"
plain=(strategy.name=distill strategy.temperature=1 strategy.label_weight=0)
train 1 distilled "${plain[@]}" 'teacher.files=["own-{fold}.csv"]'
same distilled own

# rows and columns in another order
python3 - own-Aldermoor.csv turned-Aldermoor.csv <<'PY'
import csv, sys
rows = list(csv.reader(open(sys.argv[1])))
turn = [row[::-1] for row in rows[:1] + rows[:0:-1]]
csv.writer(open(sys.argv[2], "w"), delimiter="\t", lineterminator="\r\n").writerows(turn)
PY
train 1 shuffled "${plain[@]}" 'teacher.files=["turned-{fold}.csv"]'
same shuffled own

# a run that teaches: labelled clips, too
ranks 3 teach small.yaml --run runs/own strategy.name=soft strategy.temperature=1 >out.txt 2>err.txt || fail "$(cat err.txt)"
cp runs/own/teacher/Aldermoor.csv three.csv
ranks 1 teach small.yaml --run runs/own strategy.name=soft strategy.temperature=1 >out.txt 2>err.txt || fail "$(cat err.txt)"
cmp three.csv runs/own/teacher/Aldermoor.csv || fail "what a run teaches depends on the number of ranks"
prepared other one three
train 1 other seed=2
ranks 1 teach small.yaml --run runs/other seed=2 >out.txt 2>err.txt || fail "$(cat err.txt)"
distill=(strategy.name=distill strategy.init=teacher 'teacher.runs=[runs/own, runs/other]')
train 1 one "${distill[@]}"
trained runs/one >want.txt
grep -q finetune want.txt || fail "no teacher to start from: $(cat want.txt)"
code=0
CST_DELAY=step:30 ranks 3 train small.yaml --run runs/three "${distill[@]}" run.threads=2 run.walltime_s=1 >out.txt 2>err.txt || code=$?
[ $code -eq 75 ] || [ $code -eq 0 ] || fail "exit $code: $(cat err.txt)"
train 5 three "${distill[@]}"
trained runs/three >got.txt
cmp want.txt got.txt || fail "differs on 3 and 5 ranks: $(diff want.txt got.txt | head)"
prepared order
train 1 order strategy.name=distill strategy.init=teacher 'teacher.runs=[runs/other, runs/own]'
same order one

# other tables than training began with
prepared stopped
cp own-Aldermoor.csv t-Aldermoor.csv
launcher='' hold step:2 train small.yaml --run runs/stopped "${plain[@]}" 'teacher.files=["t-{fold}.csv"]'
stop_held TERM
[ $code -eq 75 ] || fail "exit $code: $(cat err.txt)"
sed '2d' own-Aldermoor.csv >t-Aldermoor.csv
expect 3 'was trained with other tables in teacher.files' 3 train small.yaml --run runs/stopped "${plain[@]}" 'teacher.files=["t-{fold}.csv"]'
cp own-Aldermoor.csv t-Aldermoor.csv
train 1 stopped "${plain[@]}" 'teacher.files=["t-{fold}.csv"]'
same stopped own

# missing clips are counted and take no part; a table for all folds may leak
sed '2,4d' own-Aldermoor.csv >all.csv
all=$(($(wc -l <own-Aldermoor.csv) - 1))
ranks 3 prepare small.yaml --run runs/missing strategy.name=soft teacher.files=[all.csv] >out.txt 2>err.txt || fail "$(cat err.txt)"
grep -q "^fold Aldermoor: teachers judge $((all - 3)) of $all unlabelled clips; 3 are in no table" out.txt || fail "$(cat out.txt)"
grep -q 'teachers judge' runs/missing/split.txt || fail "split.txt says nothing of the tables"
grep -q 'all.csv is the same for every fold' err.txt || fail "no warning of a leak: $(cat err.txt)"
for phase in train evaluate; do
  ranks 1 $phase small.yaml --run runs/missing strategy.name=soft teacher.files=[all.csv] >out.txt 2>err.txt || fail "$(cat err.txt)"
done
ranks 1 report runs/missing >out.txt 2>err.txt || fail "$(cat err.txt)"
[ "$(wc -l <runs/missing/pseudo_labels/round-1.csv)" -eq $((all - 2)) ] || fail "clips of no table have pseudo-labels"
python3 - <<'PY' || fail "metrics.json: $(head -c 600 runs/missing/metrics.json)"
import json
metrics = json.load(open("runs/missing/metrics.json"))
assert metrics["tier"] == "external", metrics["tier"]
assert metrics["teachers"] == {"files": ["all.csv"], "runs": [], "by_fold": False}, metrics["teachers"]
assert len(metrics["folds"][0]["teacher"]) == 32
segments = json.load(open("runs/missing/record.json"))["segments"]
told = [s["teachers"] for s in segments if "teachers" in s][-1]
assert told["files"] == ["all.csv"] and told["digests"] == {"Aldermoor": metrics["folds"][0]["teacher"]}, told
PY
grep -q 'May leak' runs/missing/report/report.md || fail "the report does not say that the teacher may know the held-out city"

# what does not fit: one line, exit status 3, at prepare and before training
printf 'filename,bus\nx,1\n' >bad.csv
for command in prepare train; do
  expect 3 'bad.csv:1: ' 3 $command small.yaml --run runs/missing-2 strategy.name=distill teacher.files=[bad.csv]
  cp runs/base/{manifest.csv,prepare.json} runs/missing-2
done
expect 3 'no-Aldermoor.csv' 3 train small.yaml --run runs/missing-2 strategy.name=distill 'teacher.files=["no-{fold}.csv"]'
expect 2 'only {fold} stands for something' 1 train small.yaml strategy.name=distill 'teacher.files=["a-{city}.csv"]'
expect 3 'run `cassette teach' 1 train small.yaml --run runs/missing-2 strategy.name=distill teacher.runs=[runs/base]
expect 3 'know other labels' 1 train small.yaml --run runs/missing-2 strategy.name=distill teacher.runs=[runs/own] dataset.hide_labels=0.5
# a split of its own: other seeds hide the same labels
prepared hidden learner
hide=(dataset.hide_labels=0.5 split.seed=7 train.epochs=1)
train 1 hidden strategy.name=supervised seed=5 "${hide[@]}"
ranks 1 teach small.yaml --run runs/hidden strategy.name=supervised seed=5 "${hide[@]}" >out.txt 2>err.txt || fail "$(cat err.txt)"
train 1 learner strategy.name=distill teacher.runs=[runs/hidden] "${hide[@]}"
expect 3 'know other labels' 1 train small.yaml --run runs/missing-2 strategy.name=distill teacher.runs=[runs/hidden] dataset.hide_labels=0.5
sed -i 's/"transductive": *false/"transductive":true/' runs/hidden/teacher/teacher.json
expect 3 'unlabelled clips of held-out cities' 1 train small.yaml --run runs/missing-2 strategy.name=distill teacher.runs=[runs/hidden] "${hide[@]}"
sed -i 's/"transductive": *true/"transductive":false/' runs/hidden/teacher/teacher.json
cp runs/own/teacher/Aldermoor.csv runs/hidden/teacher
expect 3 'is not the table that was written there; run `cassette teach' 1 train small.yaml --run runs/missing-2 strategy.name=distill teacher.runs=[runs/hidden] "${hide[@]}"
sed 's/"data": *"[0-9a-f]*"/"data":"0"/' runs/other/teacher/teacher.json >changed.json
mv changed.json runs/other/teacher/teacher.json
expect 3 'was trained on other data' 1 train small.yaml --run runs/missing-2 strategy.name=distill teacher.runs=[runs/other]
prepared unread
train 1 unread strategy.name=supervised train.epochs=1 teacher.files=[all.csv]
[ "$(grep -c 'teacher.files is not read' err.txt)" -eq 1 ] || fail "no word of tables that are not read: $(cat err.txt)"
tiers=$("$cassette" ablate small.yaml --list 'ablation.strategies=[soft, supervised, session-oracle]' 'ablation.seeds=[1]' teacher.files=[all.csv] 2>/dev/null | cut -f3 | tr '\n' ' ')
[ "$tiers" = 'external none oracle ' ] || fail "tiers of a grid: $tiers"
exit 0
