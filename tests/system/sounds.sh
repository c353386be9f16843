#!/usr/bin/env bash
# Features, checkpoints and models belong to a sound, not to a name: recordings that were replaced are
# never trained or scored on as what they were, data that were copied or touched are the same data, and
# data sets of the same names share a store.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

# One city's labels per class, evaluation clips, a pitch for each class: two data sets of the same names,
# tables and lengths that differ in sound alone.
python3 - <<'PY'
import math, os, struct
def wav(path, hz, seed):
    n, state, data = 8000, seed + 1, bytearray()
    for i in range(n):
        state = (1103515245 * state + 12345) % 2**31
        data += struct.pack("<h", int(6000 * math.sin(2 * math.pi * hz * i / 8000) + (state >> 16) % 4000 - 2000))
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 1, 1, 8000, 16000, 2, 16,
                       b"data", len(data))
    open(path, "wb").write(head + data)
for name, factor in (("one", 1), ("two", 3.1)):
    os.makedirs(f"{name}/audio")
    tables = {"clips": [], "eval": []}
    for k in range(24):
        label = k % 2
        wav(f"{name}/audio/c{k:02}.wav", 300 * (label + 1) * factor, k + int(1000 * factor))
        tables["clips"].append(f"c{k:02}.wav,{['low', 'high'][label]},{'AB'[k // 12]},s{k // 2}-{label}")
    for k in range(4):
        wav(f"{name}/audio/e{k}.wav", 300 * (k % 2 + 1) * factor, k + int(2000 * factor))
        tables["eval"].append(f"e{k}.wav,,E,e{k}")
    for table, rows in tables.items():
        with open(f"{name}/{table}.csv", "w") as out:
            print("filename,scene_label,city,session", *rows, sep="\n", file=out)
PY
cat >base.yaml <<'Y'
dataset: {layout: csv, root: data, metadata: [clips.csv], evaluation_metadata: [eval.csv]}
features: {frames: 48}
split: {protocol: leave-one-city-out, held_out: [B]}
model: {blocks: [8, 16], reduction: 4, pooled_frames: 4, heads: 2, feedforward: 16}
train: {batch: 8, epochs: 2}
evaluate: {bootstrap: 100}
Y
ok() # N COMMAND…
{
  ranks "$@" >out.txt 2>err.txt || fail "exit $? at $1 ranks: ${*:2}: $(cat err.txt)"
}
says() { grep -q -- "$1" err.txt || fail "no \"$1\": $(cat err.txt)"; }
says_not() { if grep -q -- "$1" err.txt; then fail "\"$1\": $(cat err.txt)"; fi; }
same() { cmp "$1" "$2" || fail "${3:-$1 and $2 differ}"; }
contents() { (cd "$1" && find . -type f ! -name heartbeat ! -name lock -exec md5sum {} + | sort -k 2); }
fresh() # a data set to hurt
{
  rm -rf data
  cp -r one data
}
for d in one two; do
  ok 2 run base.yaml dataset.root=$d --run runs/$d
  fingerprint runs/$d >$d.txt
done
if cmp -s runs/one/predictions/evaluation-probabilities.csv runs/two/predictions/evaluation-probabilities.csv; then
  fail "the two data sets cannot be told apart"
fi

# two data sets of the same names in one store, made at the same time
pids=()
for d in one two; do
  ranks 3 run base.yaml dataset.root=$d features.store=store --run runs/shared-$d >out-$d.txt 2>err-$d.txt &
  pids[${#pids[@]}]=$!
done
for pid in "${pids[@]}"; do wait "$pid" || fail "shared store: $(cat err-one.txt err-two.txt)"; done
for d in one two; do
  fingerprint runs/shared-$d >got.txt
  same got.txt $d.txt "data set $d in a shared store: $(diff got.txt $d.txt | head -3)"
done
# streamed and staged from it
ok 3 run base.yaml dataset.root=two features.store=store dataset.cache_gib=0 --run runs/streamed
CST_LOCAL_DIR=$work/local ok 1 run base.yaml dataset.root=two features.store=store dataset.cache_gib=0 --run runs/staged
says 'features are read from'
for run in streamed staged; do
  fingerprint runs/$run >got.txt
  same got.txt two.txt "$run"
done
[ "$("$cassette" info store | sed -n 's/^clips: \([0-9]*\).*/\1/p')" -eq 56 ] || fail "store: $("$cassette" info store)"

# a copy, elsewhere and with new times, is the same data: nothing is made or trained again
for n in 1 3; do
  rm -rf copy
  cp -r one copy
  ok $n run base.yaml dataset.root=copy --run runs/one
  says_not 'clips to compute'
  says 'training is done already'
  fingerprint runs/one >got.txt
  same got.txt one.txt "a copied data set"
  for command in train evaluate predict; do ok $n $command base.yaml dataset.root=copy --run runs/one; done
done

# other data are not evaluated under the name of these, and of a start that is refused nothing is left
contents runs/one >before.txt
cp -r one gone
rm gone/audio/e0.wav
expect 3 'was prepared with dataset.root "copy", now it is "two"; run .cassette prepare. again' 2 \
  evaluate base.yaml dataset.root=two --run runs/one
for command in prepare run; do
  expect 3 'was trained on other data' 2 $command base.yaml dataset.root=two --run runs/one
done
expect 3 '1 of 28 clips rejected' 1 run base.yaml dataset.root=gone --run runs/one
expect 3 'gone.csv' 1 run base.yaml dataset.root=one dataset.truth=gone.csv --run runs/one
contents runs/one >after.txt
same after.txt before.txt "a refused start: $(diff before.txt after.txt)"
ok 2 run base.yaml dataset.root=one --run runs/one

for n in 1 3; do
  # one clip replaced between two phases, same length: each phase sees it and names both digests
  fresh
  rm -rf runs/hurt
  ok $n prepare base.yaml --run runs/hurt
  cp two/audio/c07.wav data/audio/
  changed='data/audio/c07.wav: has changed: its digest was [0-9a-f]\{32\} .* now it is [0-9a-f]\{32\}; run .cassette prepare. again'
  expect 3 "$changed" $n features base.yaml --run runs/hurt
  fresh
  ok $n prepare base.yaml --run runs/hurt
  ok $n features base.yaml --run runs/hurt
  cp -p two/audio/c07.wav data/audio/
  expect 3 "$changed" $n train base.yaml --run runs/hurt
  fresh
  ok $n train base.yaml --run runs/hurt
  cp two/audio/c07.wav data/audio/
  expect 3 "$changed" $n evaluate base.yaml --run runs/hurt
  expect 3 "$changed" $n predict base.yaml --run runs/hurt
done

n=3
# what changed is made again, what was trained on it refused
trained='was trained on other data: the digest of tables and sound was [0-9a-f]\{32\}, now it is [0-9a-f]\{32\}; .* use --run'
expect 3 "$trained" $n run base.yaml --run runs/hurt
says '1 recordings have changed since the manifest was made, first data/audio/c07.wav'
expect 3 "$changed" $n evaluate base.yaml --run runs/hurt
expect 3 "$changed" $n predict base.yaml --run runs/hurt

# put back: the same data again; touched: read again, once
cp one/audio/c07.wav data/audio/
ok $n run base.yaml --run runs/hurt
fingerprint runs/hurt >got.txt
same got.txt one.txt "a recording that was put back"
touch data/audio/*.wav
ok $n evaluate base.yaml --run runs/hurt
[ "$(sed 1d runs/hurt/manifest.csv | cut -d, -f12 | sort -n | head -1)" -ge "$(stat -c %Y data/audio/c00.wav)000000000" ] ||
  fail "touched files are read at every start"
ok $n run base.yaml --run runs/hurt
says_not 'have changed since'

# evaluation recordings: predictions follow, training stands
cp two/audio/e*.wav data/audio/
expect 3 'data/audio/e0.wav: has changed' $n predict base.yaml --run runs/hurt
for command in prepare features predict; do ok $n $command base.yaml --run runs/hurt; done
if cmp -s runs/hurt/predictions/evaluation-probabilities.csv runs/one/predictions/evaluation-probabilities.csv; then
  fail "replaced evaluation recordings are predicted on the old sound"
fi
cp one/audio/e*.wav data/audio/
ok $n run base.yaml --run runs/hurt
says 'training is done already'
same runs/hurt/predictions/evaluation-probabilities.csv runs/one/predictions/evaluation-probabilities.csv

# recordings archived elsewhere: features are enough to train, evaluate and predict
fresh
rm -rf runs/hurt
ok $n prepare base.yaml --run runs/hurt
ok $n features base.yaml --run runs/hurt
mv data away
for command in train evaluate predict; do ok $n $command base.yaml --run runs/hurt; done
says '28 of 28 recordings are not there any more'
fingerprint runs/hurt >got.txt
same got.txt one.txt "without recordings"
rm -r runs/hurt/features
expect 3 'data/audio/c00.wav: no such file, and its features are not in the store' $n features base.yaml --run runs/hurt
mv away data

# pre-training and pseudo-labels hear the same rule: one sound of each set
make_small
ok 2 run small.yaml --run runs/small
for root in tiny tiny-tau; do
  wave=$(find data/$root/audio -name '*.wav' | sort | sed -n 5p)
  other=$(find data/$root/audio -name '*.wav' | sort | sed -n 6p)
  cp "$wave" kept.wav
  cp "$other" "$wave"
  expect 3 "$wave: has changed" 2 evaluate small.yaml --run runs/small
  expect 3 "$trained" 1 run small.yaml --run runs/small
  cp kept.wav "$wave"
  ok 1 run small.yaml --run runs/small
done

# what earlier versions left: a manifest without sounds, a store by name, a checkpoint of a manifest
cut -d, -f1-10 runs/one/manifest.csv >old.csv
fresh
rm -rf runs/hurt
ok 1 run base.yaml --run runs/hurt
cp old.csv runs/hurt/manifest.csv
expect 3 'manifest.csv: made by an earlier version' 2 train base.yaml --run runs/hurt
"$cassette" report runs/hurt >out.txt 2>err.txt || fail "report of an earlier version: $(cat err.txt)"
sed -i 's/"trained_on"/"data"/' runs/hurt/checkpoints/*.json
expect 3 'made by an earlier version, which did not note the sound .* use --run' 2 run base.yaml --run runs/hurt

# the cells of an ablation are all of the same sound
fresh
cat >grid.yaml <<'Y'
extends: base.yaml
dataset: {root: data}
ablation: {strategies: [supervised, one-shot]}
Y
ok 1 ablate grid.yaml --cell 1 --run runs/grid
cp two/audio/c07.wav data/audio/
expect 3 'c07.wav: has changed: .*another ablation' 2 ablate grid.yaml --cell 1 --run runs/grid
expect 3 'c07.wav: has changed: .*another ablation' 1 ablate grid.yaml --cell 2 --run runs/grid
cp one/audio/c07.wav data/audio/
sed -i 's/^c01.wav,high/c01.wav,low/' data/clips.csv
expect 3 'have changed since this ablation began: .* use --run for another ablation' 2 ablate grid.yaml --cell 2 --run runs/grid
cp one/clips.csv data/
ok 2 ablate grid.yaml --cell 2 --run runs/grid
