#!/usr/bin/env bash
# A grid of cells: its list, one cell, nothing done twice, cells at once that share features and
# pre-training, a cell that is a run like any other, the comparison, and one that is refused.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
make_tiny
config=$configs/ablation-tiny.yaml
grid=runs/ablation-tiny

# states: the last column of the list.
states() { "$cassette" ablate "$config" "$@" --list | cut -f6 | paste -sd' '; }

# the list, before anything is there: nothing is written
"$cassette" ablate "$config" --list >list.txt 2>err.txt || fail "--list: $(cat err.txt)"
printf '%s\n' $'1\tsupervised\tnone\tAldermoor\t1\tnew' $'2\tsupervised\tnone\tAldermoor\t2\tnew' \
  $'3\tone-shot\tnone\tAldermoor\t1\tnew' $'4\tone-shot\tnone\tAldermoor\t2\tnew' >want.txt
cmp list.txt want.txt || fail "--list: $(cat list.txt)"
[ ! -e runs ] || fail "--list made $(find runs)"
mpirun -n 2 "$cassette" ablate "$config" --list | cmp - want.txt || fail "--list at 2 ranks"

# other grids: all cities of the metadata, a tier, the run's own seed
"$cassette" ablate "$config" "ablation.held_out=[]" "ablation.seeds=[]" seed=9 \
  "ablation.strategies=[supervised]" --list | cut -f4,5 >list.txt
[ "$(wc -l <list.txt)" -gt 2 ] && grep -qx $'Aldermoor\t9' list.txt || fail "all cities: $(cat list.txt)"
expect 2 'the grid has no cells' 1 ablate "$config" --list "ablation.tiers=[oracle]"
expect 2 'the grid has 4 cells; see --list' 1 ablate "$config" --cell 5
expect 2 'give one of --list, --prepare and --cell' 1 ablate "$config" --cell 1 --list
expect 3 'no cell of this ablation is done' 1 report "$(mkdir -p e && touch e/ablation.yaml && echo e)"

# four tasks of a job array that start at once
for k in 1 2 3 4; do
  "$cassette" ablate "$config" --cell $k >"out-$k.txt" 2>"err-$k.txt" &
  pids[k]=$!
done
for k in 1 2 3 4; do wait "${pids[k]}" || fail "cell $k: $(tail -3 "err-$k.txt")"; done
[ "$(states)" = "done done done done" ] || fail "states: $(states)"

# features and the pre-trained model of each seed were made once
[ "$(cat err-?.txt | grep -c 'clips to compute')" -eq 1 ] || fail "features were not computed once"
[ "$(cat err-?.txt | grep -c 'stage pretrain:')" -eq 2 ] || fail "pre-trained not once for each seed"
find $grid -name 'shard-*.h5' | grep -v '/shared/features/' && fail "a cell has features of its own"

# a cell that is done is left alone
fingerprint $grid/one-shot/Aldermoor/seed-1 >before.txt
expect_note() { grep -q "$1" err.txt || fail "no \"$1\": $(cat err.txt)"; }
"$cassette" ablate "$config" --cell 3 >out.txt 2>err.txt || fail "cell 3 again: $(cat err.txt)"
expect_note 'cell 3 of 4: one-shot, Aldermoor held out, seed 1: done already'
[ ! -s out.txt ] || fail "cell 3 again: $(cat out.txt)"
"$cassette" ablate "$config" >out.txt 2>err.txt || fail "all again: $(cat err.txt)"
expect_note 'all 4 cells are done'

# alone, in a directory of its own, on other ranks, the cell's configuration gives the same bits
ranks 3 run $grid/one-shot/Aldermoor/seed-1/config.yaml --run runs/alone features.store= \
  >out.txt 2>err.txt || fail "alone: $(tail -3 err.txt)"
for file in checkpoints/best-Aldermoor-student.h5 checkpoints/best-pretrain.h5; do
  [ "$(digest runs/alone/$file)" = "$(digest $grid/one-shot/Aldermoor/seed-1/$file)" ] ||
    fail "$file of a cell is not that of a run alone"
done
for file in metrics.json predictions/held-out.csv pseudo_labels/round-1.csv; do
  cmp runs/alone/$file $grid/one-shot/Aldermoor/seed-1/$file || fail "$file of a cell is not that of a run alone"
done
fingerprint $grid/one-shot/Aldermoor/seed-1 | cmp - before.txt || fail "a done cell was changed"

# a cell that is lost, and a pre-trained model that got lost, too: both are made again
for file in h5 json; do
  rm -r $grid/one-shot/Aldermoor/seed-1 $grid/shared/seed-1/checkpoints/best-pretrain.$file
  ranks 2 ablate "$config" --cell 3 >out.txt 2>err.txt || fail "a lost best-pretrain.$file: $(cat err.txt)"
  fingerprint $grid/one-shot/Aldermoor/seed-1 | cmp - before.txt || fail "a lost best-pretrain.$file changed the cell"
done

# another recipe: the cells differ, and are not overwritten
[ "$(states train.epochs=2)" = "differs differs differs differs" ] || fail "states: $(states train.epochs=2)"
sha256sum $grid/ablation.yaml >grid.txt
expect 2 'was trained with "train.epochs: 1"' 1 ablate "$config" --cell 1 train.epochs=2
sha256sum -c --quiet grid.txt || fail "a refused cell has written the grid anew"

# a larger grid keeps what is there
[ "$(states "ablation.seeds=[1, 2, 3]")" = "done done new done done new" ] || fail "a third seed"
hold step:6 ablate "$config" --cell 3 "ablation.seeds=[1, 2, 3]"
stop_held USR1
[ $code -eq 75 ] || fail "exit $code instead of 75: $(tail -3 err.txt)"
[ "$(states "ablation.seeds=[1, 2, 3]")" = "done done started done done new" ] ||
  fail "stopped: $(states "ablation.seeds=[1, 2, 3]"): $(tail -3 err.txt)"

# the comparison, of the cells that are done
"$cassette" report $grid >out.txt 2>err.txt || fail "report: $(cat err.txt)"
tail -1 out.txt | grep -qx "$grid/report/report.html" || fail "report: $(cat out.txt)"
python3 - $grid <<'PY' || fail "report.json"
import csv, json, sys
grid = sys.argv[1]
report = json.load(open(f"{grid}/report/report.json"))
assert report["baseline"] == "supervised", report["baseline"]
groups = {g["name"]: g for g in report["groups"]}
assert sorted(groups) == ["one-shot", "supervised"], sorted(groups)
for name, group in groups.items():
    seeds = []
    for seed in (1, 2):
        run = f"{grid}/{name}/Aldermoor/seed-{seed}"
        right = {}
        for row in csv.DictReader(open(f"{run}/predictions/held-out.csv")):
            if row["counts"] == "1":
                right.setdefault(row["truth"], []).append(row["truth"] == row["predicted"])
        seeds.append(sum(sum(r) / len(r) for r in right.values()) / len(right))
        assert abs(seeds[-1] - json.load(open(f"{run}/metrics.json"))["macro_accuracy"]) < 1e-12
    assert abs(group["macro_accuracy"] - sum(seeds) / 2) < 1e-12, (name, seeds)
    assert group["seeds"] == 2 and group["folds"] == 1 and group["core_hours"] > 0
difference = groups["one-shot"]["difference"]
low, high = groups["one-shot"]["difference_ci95"]
assert low < difference < high and groups["one-shot"]["p"] is None, "two seeds make no claim"
PY

# settings: cells of their own, which share what they pre-train alike; a cell is a run like any other
settings=("ablation.settings={plain: {}, mixup: {augment.mixup: 0.3}, late: {student.learning_rate: 0.0005}}"
  "ablation.strategies=[one-shot]" "ablation.seeds=[1]" dataset.pretrain=data/tiny-tau)
of_settings() { ranks "$1" ablate "$config" --run runs/settings "${settings[@]}" "${@:2}"; }
of_settings 1 --list >list.txt
printf '%s\n' $'1\tone-shot\tnone\tAldermoor\t1\tnew\tplain' $'2\tone-shot\tnone\tAldermoor\t1\tnew\tmixup' \
  $'3\tone-shot\tnone\tAldermoor\t1\tnew\tlate' | cmp - list.txt || fail "settings: $(cat list.txt)"
of_settings 3 --cell 1 2>err.txt || fail "plain: $(tail -3 err.txt)"
of_settings 1 --cell 2 2>err.txt || fail "mixup: $(tail -3 err.txt)"
of_settings 2 --cell 3 2>err.txt || fail "late: $(tail -3 err.txt)"
of_settings 1 2>err.txt && expect_note 'all 3 cells are done'
[ "$(find runs/settings/shared -name best-pretrain.h5 | sort | paste -sd' ')" = \
  "runs/settings/shared/setting-mixup/seed-1/checkpoints/best-pretrain.h5 runs/settings/shared/setting-plain/seed-1/checkpoints/best-pretrain.h5" ] ||
  fail "pre-trained: $(find runs/settings/shared -name best-pretrain.h5)"
cell=runs/settings/setting-plain/one-shot/Aldermoor/seed-1
for file in checkpoints/best-Aldermoor-student.h5 checkpoints/best-pretrain.h5; do
  [ "$(digest $cell/$file)" = "$(digest $grid/one-shot/Aldermoor/seed-1/$file)" ] || fail "plain is not the grid without settings: $file"
done
"$cassette" run "$config" --run runs/by-hand seed=1 strategy.name=one-shot "split.held_out=[Aldermoor]" \
  student.learning_rate=0.0005 >out.txt 2>err.txt || fail "by hand: $(tail -3 err.txt)"
for name in late mixup; do cell=runs/settings/setting-$name/one-shot/Aldermoor/seed-1
  grep -qx "  setting: $name" $cell/config.yaml && grep -qx '  reference: plain' $cell/config.yaml || fail "$name: no name"
done
[ "$(digest runs/by-hand/checkpoints/best-Aldermoor-student.h5)" = \
  "$(digest runs/settings/setting-late/one-shot/Aldermoor/seed-1/checkpoints/best-Aldermoor-student.h5)" ] || fail "late is not the run by hand"
"$cassette" report runs/settings >out.txt 2>err.txt || fail "report: $(cat err.txt)"
python3 - runs/settings/report/report.json <<'PY' || fail "report.json of settings"
import json, sys
report = json.load(open(sys.argv[1]))
assert [(g["name"], g.get("compared_with")) for g in report["groups"]] == [
    ("plain", None), ("late", "plain"), ("mixup", "plain")], report["groups"]
PY
expect 2 'ablation.settings: a setting cannot have dataset.hide_labels' 2 ablate "$config" --list \
  "ablation.settings={few: {dataset.hide_labels: 0.9}}"
expect 2 'no setting and no strategy of these runs: late, mixup, plain' 1 report runs/settings --reference cutmix

# other data are refused, both runs named
"$cassette" run "$config" --run runs/fewer split.validation_share=0.4 seed=1 "split.held_out=[Aldermoor]" \
  >out.txt 2>err.txt || fail "fewer: $(tail -3 err.txt)"
expect 3 "runs/fewer do not compare: the splits of fold Aldermoor differ" 1 report \
  $grid/one-shot/Aldermoor/seed-1 runs/fewer
grep -q "$grid/one-shot/Aldermoor/seed-1 and " err.txt || fail "names one run only: $(cat err.txt)"
