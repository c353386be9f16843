#!/usr/bin/env bash
# Folds of any name have models of their own, and what is scored is what its name says: a model that is
# missing, or of something else, ends evaluation and prediction with its name and the cure.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
"$cassette" synth --preset tiny --out data >/dev/null 2>&1
cat >base.yaml <<'Y'
features: {frames: 48, store: store}
model: {blocks: [8, 16], reduction: 4, pooled_frames: 4, heads: 2, feedforward: 16}
train: {batch: 8, epochs: 1}
evaluate: {bootstrap: 20}
dataset: {layout: synth, root: data}
Y

# --- names ---
call() # CITY CITY CITY: the three cities by other names
{
  rm -rf named && mkdir named && cp data/*.csv named && ln -s ../data/audio named/audio
  sed -i "s|,Aldermoor,|,$1,|; s|,Brightwater,|,$2,|; s|,Castel d'Or,|,$3,|" named/APSIPA2025_GC_ASC_dev_metadata.csv
}
named() # RUN CITY CITY CITY: a run over them
{
  local run=$1
  call "$2" "$3" "$4"
  ranks 1 run base.yaml --run "$run" dataset.root=named >out.txt 2>err.txt || fail "$run: $(cat err.txt)"
}

# Every fold has its own files, and its models are those of the fold run alone.
own_files() # RUN CITY
{
  local run=$1 file
  ranks 1 run base.yaml --run runs/alone dataset.root=named "split.held_out=['$2']" >out.txt 2>err.txt || fail "$2: $(cat err.txt)"
  for file in runs/alone/checkpoints/best-*.h5; do
    [ "$(digest "$file")" = "$(digest "$run/checkpoints/$(basename "$file")")" ] || fail "$2: another model under $run/${file#runs/alone/}"
  done
  rm -rf runs/alone
}
three() # RUN: files of three folds
{
  [ "$(find "$1/checkpoints" -name 'best-*-student.h5' | wc -l)" -eq 3 ] || fail "$1: $(ls "$1/checkpoints")"
  [ "$(find "$1/pseudo_labels" -name 'round-1.csv' | wc -l)" -eq 3 ] || fail "$1: $(find "$1/pseudo_labels")"
}
named runs/cjk 北京 上海 广州
three runs/cjk
own_files runs/cjk 北京
named runs/blank 'A b' A_b A-student
three runs/blank
own_files runs/blank 'A b'
[ -e runs/blank/checkpoints/best-A_b-student.h5 ] || fail "a plain name was changed: $(ls runs/blank/checkpoints)"
long=$(printf 'x%.0s' {1..70})
named runs/long "${long}1" "${long}2" ..
three runs/long
own_files runs/long "${long}1"

# cells of an ablation
call 'A b' A_b A.b
"$cassette" ablate base.yaml --run runs/grid dataset.root=named "ablation.strategies=[supervised]" "ablation.seeds=[1]" >out.txt 2>err.txt || fail "ablate: $(cat err.txt)"
[ "$(find runs/grid/supervised -name metrics.json | wc -l)" -eq 3 ] || fail "cells: $(find runs/grid/supervised -maxdepth 1)"

# one name twice; two that one file system tells apart and another does not
expect 2 'appears twice' 1 prepare base.yaml split.protocol=groups 'split.groups={a: [Aldermoor], a: [Brightwater]}'
expect 2 'appears twice' 1 prepare base.yaml 'split.held_out=[Aldermoor, Aldermoor]'
expect 2 'appears twice' 1 ablate base.yaml 'ablation.held_out=[Aldermoor, Aldermoor]' --list
named runs/case Paris paris Rome
[ "$(find runs/case/checkpoints -iname 'best-paris-student.h5' | wc -l)" -eq 2 ] || fail "letter case: $(ls runs/case/checkpoints)"
ln -s config.yaml runs/case/CONFIG.YAML # as it looks where letter case does not count
expect 2 'folds Paris and paris would have the same files' 2 train base.yaml --run runs/case dataset.root=named

# --- models that are missing, or something else ---
ranks 2 run base.yaml --run runs/whole >out.txt 2>err.txt || fail "$(cat err.txt)"
fingerprint runs/whole >whole.txt

# refused FRAGMENT RANKS: by evaluate; training makes what it was, and then it counts
refused()
{
  expect 3 "$1.*; run .cassette train. with the same CONFIG first" "$2" evaluate base.yaml --run runs/hurt
  ranks $((4 - $2)) run base.yaml --run runs/hurt >out.txt 2>err.txt || fail "$1: $(cat err.txt)"
  fingerprint runs/hurt >got.txt
  cmp whole.txt got.txt || fail "$1: $(diff whole.txt got.txt | head)"
}
hurt() { rm -rf runs/hurt && cp -a runs/whole runs/hurt && cd runs/hurt/checkpoints && "$@" && cd ../../..; }
copy() { cp "$1.h5" "$2.h5" && cp "$1.json" "$2.json"; } # MODEL MODEL

hurt rm best-Brightwater-student.h5
expect 3 'best-Brightwater-student.h5: no such file: a model of this run is missing' 1 info runs/hurt
grep -q '^digest:' out.txt && fail "a digest of a part of the run: $(cat out.txt)"
expect 3 'best-Brightwater-student.h5: .*stage student of fold Brightwater is missing; run .cassette train' 2 predict base.yaml --run runs/hurt
refused 'best-Brightwater-student.h5: .*stage student of fold Brightwater is missing' 3
hurt rm best-Aldermoor-finetune.h5 best-Aldermoor-finetune.json
ranks 1 predict base.yaml --run runs/hurt >out.txt 2>err.txt || fail "predict without a teacher: $(cat err.txt)"
cmp runs/whole/predictions/evaluation.csv runs/hurt/predictions/evaluation.csv || fail "a teacher took part in the answers"
refused 'best-Aldermoor-finetune.h5: .*stage finetune of fold Aldermoor is missing' 1
hurt rm best-Aldermoor-student.json
refused 'best-Aldermoor-student.json' 3
hurt copy best-Aldermoor-student best-Brightwater-student
refused 'is the model of stage student of fold Aldermoor, not of stage student of fold Brightwater' 1
hurt copy best-Aldermoor-finetune best-Aldermoor-student
refused 'is the model of stage finetune of fold Aldermoor, not of stage student' 3
ranks 1 run base.yaml --run runs/other seed=7 split.held_out=[Aldermoor] >out.txt 2>err.txt || fail "$(cat err.txt)"
hurt copy ../../other/checkpoints/best-Aldermoor-student best-Aldermoor-student
refused 'was trained under another configuration' 1

# training that was stopped in the student of the last fold
for phase in prepare features; do ranks 1 $phase base.yaml --run runs/cut >out.txt 2>err.txt || fail "$(cat err.txt)"; done
CST_RELEASE=$work/release CST_DELAY=pseudo-labels-written:3600000:3 "$cassette" train base.yaml --run runs/cut >out.txt 2>err.txt &
job=$! code=0
until_says 'delay at pseudo-labels-written' $job
kill -USR1 $job
let_go
wait $job || code=$?
[ $code -eq 75 ] || fail "exit $code instead of 75: $(cat err.txt)"
for phase in evaluate predict; do expect 3 "stage student of fold Castel d'Or is missing" 2 $phase base.yaml --run runs/cut; done
[ ! -e runs/cut/metrics.json ] || fail "an unfinished run was scored"
ranks 1 run base.yaml --run runs/cut >out.txt 2>err.txt || fail "$(cat err.txt)"
fingerprint runs/cut | cmp whole.txt - || fail "what was stopped is not what it was"

# a model from elsewhere says nothing of stages: it is scored as it is, and has no teacher
hurt rm best-Aldermoor-finetune.h5 best-Aldermoor-finetune.json
python3 - runs/hurt/checkpoints/best-Aldermoor-student.json <<'PY'
import json, sys
facts = json.load(open(sys.argv[1]))
json.dump({key: facts[key] for key in ("payload", "bytes", "xxh3", "digest")}, open(sys.argv[1], "w"))
PY
ranks 2 evaluate base.yaml --run runs/hurt >out.txt 2>err.txt || fail "a model from elsewhere: $(cat err.txt)"

# strategies without a teacher; a teacher's model that lies there takes no part
one=(base.yaml split.held_out=[Aldermoor])
ranks 1 run "${one[@]}" --run runs/supervised strategy.name=supervised >out.txt 2>err.txt || fail "$(cat err.txt)"
cp runs/supervised/metrics.json before.json
copy runs/whole/checkpoints/best-Aldermoor-finetune runs/supervised/checkpoints/best-Aldermoor-finetune
ranks 1 evaluate "${one[@]}" --run runs/supervised strategy.name=supervised >out.txt 2>err.txt || fail "$(cat err.txt)"
cmp before.json runs/supervised/metrics.json || fail "a model that is none of its own was scored"

# pre-trained weights that lie there, and are not asked for, are not begun from
for phase in prepare features; do ranks 2 $phase "${one[@]}" --run runs/scratch >out.txt 2>err.txt || fail "$(cat err.txt)"; done
mkdir runs/scratch/checkpoints
copy runs/other/checkpoints/best-Aldermoor-student runs/scratch/checkpoints/best-pretrain
ranks 2 run "${one[@]}" --run runs/scratch >out.txt 2>err.txt || fail "$(cat err.txt)"
cmp runs/scratch/pseudo_labels/round-1.csv runs/whole/pseudo_labels/Aldermoor/round-1.csv ||
  fail "a model that lies in the directory was trained from"

# rounds: the last one's student counts, and the one before it is no substitute
rounds=("${one[@]}" strategy.name=noisy-student strategy.rounds=2)
ranks 1 run "${rounds[@]}" --run runs/rounds >out.txt 2>err.txt || fail "$(cat err.txt)"
fingerprint runs/rounds >whole.txt
rm runs/rounds/checkpoints/best-Aldermoor-student.*
expect 3 'best-Aldermoor-student.h5: .*missing' 2 evaluate "${rounds[@]}" --run runs/rounds
copy runs/rounds/checkpoints/best-Aldermoor-student-round-1 runs/rounds/checkpoints/best-Aldermoor-student
expect 3 'is of round 1, not 2' 2 evaluate "${rounds[@]}" --run runs/rounds
ranks 2 run "${rounds[@]}" --run runs/rounds >out.txt 2>err.txt || fail "$(cat err.txt)"
fingerprint runs/rounds | cmp whole.txt - || fail "rounds are not what they were"
