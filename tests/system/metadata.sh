#!/usr/bin/env bash
# City and time as inputs: the same bits on any number of ranks and after a stop, a tier of its own, and answers without them for
# recordings of which nothing is known.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
make_small 'model: {metadata: [city, time]}' "features: {store: $work/store}" 'strategy: {name: fixmatch, ema: 0.9, threshold: 0.15, mixup: 0.4}' 'train: {epochs: 2, average: 0.5}'
sed '/^model:/d' small.yaml >plain.yaml

run() # RANKS RUN CONFIG WORD...
{
  ranks "$1" run "$3.yaml" --run "runs/$2" "${@:4}" >out.txt 2>err.txt || fail "$2: $(cat err.txt)"
}
for n in 1 3 5; do
  run "$n" "told-$n" small
  trained "runs/told-$n" >"told-$n.txt"
  cmp told-1.txt "told-$n.txt" || fail "other bits at $n ranks"
  cmp runs/told-1/predictions/evaluation-probabilities.csv "runs/told-$n/predictions/evaluation-probabilities.csv" || fail "other answers at $n ranks"
done
grep -q '"tier": "metadata"' runs/told-1/metrics.json || fail "tier: $(grep tier runs/told-1/metrics.json)"

# stopped in its last stage, and gone on with elsewhere
hold step:20 run small.yaml --run runs/stopped
stop_held TERM
[ "$code" -eq 75 ] || fail "exit $code after a stop: $(cat err.txt)"
run 3 stopped small
cmp told-1.txt <(trained runs/stopped) || fail "other bits after a stop"

# adaptation at test time, which goes through the network both ways
for n in 1 3; do
  rm -rf runs/adapted-$n
  cp -r runs/told-1 runs/adapted-$n
  ranks $n evaluate small.yaml --run runs/adapted-$n evaluate.adapt=tent >out.txt 2>err.txt || fail "tent: $(cat err.txt)"
done
cmp runs/adapted-1/predictions/held-out.csv runs/adapted-3/predictions/held-out.csv || fail "tent gives other answers at 3 ranks"

# of a recording that comes along nothing is known: a run and its exported model answer alike, as a network without inputs
mapfile -t some < <(find data/tiny -name '*.wav' | sort | head -5)
"$cassette" export runs/told-1 told.cassette >out.txt 2>err.txt || fail "export: $(cat err.txt)"
for model in runs/told-1 told.cassette; do
  "$cassette" classify --model "$model" "${some[@]}" >"answers-${model//\//-}.txt" 2>err.txt || fail "classify: $(cat err.txt)"
done
cmp answers-runs-told-1.txt answers-told.cassette.txt || fail "the exported model answers otherwise"
"$cassette" info told.cassette | grep -q '^Told: city and time of every clip' || fail "the card does not say what it is not told: $("$cassette" info told.cassette)"
if /usr/bin/python3 -c 'import h5py, xxhash' 2>/dev/null; then
  convert() { /usr/bin/python3 "$repository/scripts/convert-checkpoint" "$@" features.frames=48 'model.blocks=[8, 16]' model.reduction=4 model.pooled_frames=4 model.heads=2 model.feedforward=16; }
  convert told.cassette plain.h5 >/dev/null 2>err.txt || fail "an exported model is no plain network: $(cat err.txt)"
  got=0
  convert runs/told-1/checkpoints/best-Aldermoor-student.h5 told.onnx >out.txt 2>err.txt || got=$?
  [ $got -eq 3 ] && grep -q 'is told city or time.*cassette export' err.txt && [ "$(wc -l <err.txt)" -eq 1 ] || fail "exit $got: $(cat err.txt)"
fi

# what cannot be told is not
printf 'filename,scene_label\n' >data/tiny/bare.csv
sed 's/\r$//' data/tiny/truth.csv | tail -n +2 | head -60 >>data/tiny/bare.csv
bare=(dataset.layout=csv 'dataset.metadata=[bare.csv]' dataset.truth= dataset.pretrain= 'split.held_out=[]')
expect 3 'model.metadata has city, but no table gives a development clip one' 3 prepare small.yaml --run runs/bad "${bare[@]}" 'model.metadata=[city]'
expect 3 'model.metadata has time, but no session of a development clip has a time' 3 prepare small.yaml --run runs/bad "${bare[@]}" 'model.metadata=[time]'
expect 2 "model.metadata: unknown value 'hour'" 1 prepare small.yaml --run runs/bad 'model.metadata=[hour]'

# without them nothing is another network
run 1 plain plain
grep -q '"tier": "none"' runs/plain/metrics.json || fail "tier: $(grep tier runs/plain/metrics.json)"
"$cassette" report runs/told-1 runs/plain >out.txt 2>err.txt || fail "comparison: $(cat err.txt)"
grep -q '^### Also the city and hour of every clip' runs/comparison/report.md || fail "a comparison does not have them apart"
