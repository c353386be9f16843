#!/usr/bin/env bash
# Pre-training from any sets: TAU in a table of another layout gives TAU's bits, several sets at once give the same bits on any
# number of ranks; what is no set is refused in one line.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
make_small 'finetune: {epochs: 1}' 'student: {epochs: 0}' "features: {store: $work/store}"
"$cassette" synth --preset tiny --seed 7 --out data/other 2>/dev/null

run() # RANKS RUN WORD...
{
  for phase in prepare features train; do
    ranks "$1" $phase small.yaml --run "runs/$2" "${@:3}" >out.txt 2>err.txt || fail "$2: $phase: $(cat err.txt)"
  done
}
pretrained() { digest "runs/$1/checkpoints/best-pretrain.h5"; }

# TAU, as it is and as a table of one's own
tr -d '\r' <data/tiny-tau/meta.csv |
  awk -F '\t' 'NR == 1 {print "filename,scene_label,session,device"} NR > 1 {print $1 "," $2 "," $3 "," $4}' >data/tiny-tau/mine.csv
run 1 tau 'dataset.pretrain=[{layout: tau, root: data/tiny-tau, metadata: [meta.csv]}]'
run 1 csv 'dataset.pretrain=[{layout: csv, root: data/tiny-tau, metadata: [mine.csv]}]'
[ "$(pretrained csv)" = "$(pretrained tau)" ] || fail "TAU as csv gives other bits"
cmp <(trained runs/csv) <(trained runs/tau) || fail "TAU as csv trains otherwise"
run 1 own 'dataset.pretrain=[{layout: tau, root: data/tiny-tau}]'
run 1 short dataset.pretrain=data/tiny-tau
run 1 before dataset.pretrain_root=data/tiny-tau
for as in short before; do [ "$(pretrained $as)" = "$(pretrained own)" ] || fail "$as: other bits"; done

# two sets, in mixtures and with smoothed labels
two=('dataset.pretrain=[{layout: tau, root: data/tiny-tau}, {layout: synth, root: data/other}]'
  augment.mixup=0.3 augment.labelled=weak train.label_smoothing=0.1)
for n in 1 3 5; do
  run "$n" "two-$n" "${two[@]}"
  trained "runs/two-$n" >"two-$n.txt"
  cmp two-1.txt "two-$n.txt" || fail "other bits at $n ranks"
done
grep -q '1-tau/tram' runs/two-1/split.txt && grep -q '2-synth/Bar' runs/two-1/split.txt || fail "classes of two sets: $(cat runs/two-1/split.txt)"
[ "$(pretrained two-1)" != "$(pretrained own)" ] || fail "the second set changed nothing"

# what is refused
sets() { echo "dataset.pretrain=[{layout: tau, root: data/tiny-tau}, {$1}]"; }
expect 2 "unknown value 'vsc', did you mean 'csv'" 1 prepare small.yaml --run runs/bad "$(sets 'layout: vsc, root: data/other')"
expect 2 "root 'data/tiny-tau' appears twice" 1 prepare small.yaml --run runs/bad "$(sets 'layout: csv, root: data/tiny-tau')"
expect 2 'data/tiny-tau/ is there twice' 3 prepare small.yaml --run runs/bad "$(sets 'layout: csv, root: data/tiny-tau/')"
mkdir data/none
printf 'filename,scene_label\nx,\n' >data/none/t.csv
expect 3 'data/none/t.csv: scene_label is empty in every row' 3 prepare small.yaml --run runs/bad "$(sets 'layout: csv, root: data/none')"
expect 3 'gone: no pre-training data was found there' 3 run small.yaml --run runs/gone "$(sets 'layout: csv, root: gone')"
