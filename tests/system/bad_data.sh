#!/usr/bin/env bash
# Bad tables, bad audio, bad directories and full disks: one line, the right exit code from any number
# of ranks, nothing left behind that a later run would trust.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
"$cassette" synth --preset tiny --out made 2>/dev/null

# a csv data set of some of the made clips, in two cities
mkdir -p data/audio
printf 'filename,scene_label,city,session\n' >data/clips.csv
at=0
for wave in made/audio/*.wav; do
  cp "$wave" data/audio/
  printf '%s,%s,%s,s%d\n' "$(basename "$wave")" "$([ $((at % 2)) = 0 ] && echo Bar || echo Metro)" \
    "$([ $((at % 4)) -lt 2 ] && echo North || echo South)" $((at / 4)) >>data/clips.csv
  at=$((at + 1))
  [ $at -lt 40 ] || break
done
cat >csv.yaml <<'Y'
dataset: {layout: csv, root: data, max_rejected: 0.1}
features: {frames: 48}
split: {protocol: leave-one-city-out, held_out: [South]}
model: {blocks: [8, 16], reduction: 4, pooled_frames: 4, heads: 2, feedforward: 16}
train: {batch: 8, epochs: 1}
evaluate: {bootstrap: 100}
Y

ranks 2 run csv.yaml --run runs/good >out.txt 2>err.txt || fail "$(cat err.txt)"

# --- tables ---
good=$(cat data/clips.csv)
table() # CODE FRAGMENT: with the table on standard input
{
  cat >data/clips.csv
  for n in 1 3; do
    rm -rf runs/table
    expect "$1" "$2" $n run csv.yaml --run runs/table
    [ ! -e runs/table/manifest.csv ] || fail "a manifest was left: $2"
  done
  printf '%s\n' "$good" >data/clips.csv
}
: | table 3 'clips.csv'
echo 'filename,scene_label' | table 3 'clips.csv'
sed '1s/scene_label/scene/' <<<"$good" | table 3 "scene_label"
(echo "$good"; sed -n 2p <<<"$good") | table 3 'clips.csv:42'
sed '5s/,.*//' <<<"$good" | table 3 'clips.csv:5'
rm data/clips.csv
expect 3 'data' 2 prepare csv.yaml --run runs/table
printf '%s\n' "$good" >data/clips.csv
expect 3 'nowhere' 3 run csv.yaml --run runs/table dataset.root=nowhere
expect 2 'Sout' 2 run csv.yaml --run runs/table 'split.held_out=[Sout]'

# columns: as people write them, told of, and a slip is not silent
ranks 1 prepare csv.yaml --run runs/columns >want.txt 2>err.txt || fail "$(cat err.txt)"
grep -q 'data/clips.csv: columns filename, scene_label, city, session$' err.txt || fail "columns: $(cat err.txt)"
columns() # HEADER: prepare with it must succeed
{
  sed "1s/.*/$1/" <<<"$good" >data/clips.csv
  ranks 1 prepare csv.yaml --run runs/columns >out.txt 2>err.txt || fail "$1: $(cat err.txt)"
  printf '%s\n' "$good" >data/clips.csv
}
columns 'File name,Scene_Label, CITY ,Session'
cmp out.txt want.txt || fail "headers in other letters: $(cat out.txt)"
grep -q "columns 'File name' as filename, .*'CITY' as city, 'Session' as session$" err.txt || fail "columns: $(cat err.txt)"
for column in sesion session_id; do
  columns "filename,scene_label,city,$column"
  grep -q "warning: data/clips.csv:1: column '$column' is ignored; if session is meant" err.txt || fail "$column: $(cat err.txt)"
  grep -q "ignored: $column$" err.txt || fail "$column: $(cat err.txt)"
done
sed '1s/$/,SESSION/; 2,$s/$/,/' <<<"$good" | table 3 "clips.csv:1: columns 'session' and 'SESSION' both mean session"
sed 's/,/;/g; 1s/^/sep=;\n/' <<<"$good" >data/clips.csv
ranks 1 prepare csv.yaml --run runs/columns >out.txt 2>err.txt || fail "semicolons: $(cat err.txt)"
cmp out.txt want.txt || fail "semicolons: $(cat out.txt)"
printf '%s\n' "$good" >data/clips.csv

# an unknown class in a CAS table names the nearest
cp -r made cas
sed -i 's/Metro/Mettro/' cas/ICME2024_ASC_dev_label.csv cas/APSIPA2025_GC_ASC_dev_metadata.csv
expect 3 "Mettro.*Metro" 2 prepare "$configs/tiny.yaml" --run runs/table dataset.root=cas dataset.pretrain=

# --- audio ---
cp -r data/audio whole
mapfile -t waves <<<"$(sed -n 's/,.*//p' data/clips.csv | sed 1d)"
audio() # LIMIT-STATUS TEXT: the first clip has been replaced
{
  for n in 1 3; do
    rm -rf runs/audio
    ranks $n prepare csv.yaml --run runs/audio >out.txt 2>err.txt || fail "$1: $(cat err.txt)"
    grep -q "^${waves[0]},.*,$1," runs/audio/manifest.csv || fail "$1: $(grep "^${waves[0]}," runs/audio/manifest.csv)"
  done
  case $1 in short | silent) return ;; esac
  expect 3 "${waves[0]} is $1" 3 run csv.yaml --run runs/strict dataset.strict=true
  expect 3 'max_rejected' 1 run csv.yaml --run runs/strict dataset.max_rejected=0.01
  ranks 2 run csv.yaml --run runs/rejected >out.txt 2>err.txt || fail "$1: $(cat err.txt)"
  rm -rf runs/rejected runs/strict
}
first=data/audio/${waves[0]}
: >"$first" && audio empty
echo 'not audio at all, only text' >"$first" && audio unreadable
head -c 20000 "whole/${waves[0]}" >"$first" && audio truncated
python3 -c 'import sys; sys.stdout.buffer.write((b"\xff\xfb\x90\xc4" + bytes(413)) * 100)' >"$first" && audio unreadable
expect 3 "${waves[0]} is unreadable (MPEG.* is not read; convert it to WAV or FLAC" 2 run csv.yaml --run runs/strict dataset.strict=true
rm -r runs/strict
rm "$first" && audio missing
python3 - "$first" <<'PY'
import struct, sys
def wav(path, samples, fmt):
    data = b"".join(struct.pack("<f" if fmt == 3 else "<h", s) for s in samples)
    size = 4 if fmt == 3 else 2
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, fmt, 1, 48000,
                       48000 * size, size, 8 * size, b"data", len(data))
    open(path, "wb").write(head + data)
wav(sys.argv[1], [0.1] * 1000 + [float("nan")] + [0.1] * 47000, 3)
wav("short.wav", [100, -100] * 1000, 1)
wav("silent.wav", [0] * 48000, 1)
PY
audio 'not finite'
cp short.wav "$first" && audio short
cp silent.wav "$first" && audio silent
cp "whole/${waves[0]}" "$first"

# files that are not there are named, with what to do, by prepare and by run alike; never cities
mv data/audio away
for command in prepare run; do
  expect 3 "no development clip.*40 of 40 clips rejected: ${waves[0]} is missing, .* and 37 more; unpack" 2 \
    $command csv.yaml --run runs/missing dataset.max_rejected=1
done
mkdir data/audio
for at in 0 1 4 5; do ln "away/${waves[at]}" data/audio/; done # of city North only
expect 3 "36 of 40 clips rejected, more than.*: ${waves[2]} is missing" 1 run csv.yaml --run runs/missing
rm -r data/audio runs/missing
mv away data/audio
mv "$first" "data/audio/UPPER-${waves[0]}"
sed -i "2s/^/upper-/" data/clips.csv
expect 3 "for upper-${waves[0]} there is audio/UPPER-${waves[0]} below data" 3 run csv.yaml --run runs/missing dataset.strict=true
mv "data/audio/UPPER-${waves[0]}" "$first"
printf '%s\n' "$good" >data/clips.csv

# phases after a prepare that was refused do not go on without what is missing
expect 3 'clips rejected' 1 prepare csv.yaml --run runs/missing dataset.root=data dataset.max_rejected=0 <<<"$(rm "$first")"
expect 3 "${waves[0]} is missing" 1 features csv.yaml --run runs/missing dataset.max_rejected=0
cp "whole/${waves[0]}" "$first"

# a file that changed between prepare and features
ranks 1 prepare csv.yaml --run runs/changed >out.txt 2>err.txt
: >"$first"
expect 3 "run .cassette prepare. again" 2 features csv.yaml --run runs/changed
cp "whole/${waves[0]}" "$first"

# --- order of commands ---
expect 3 'cassette prepare' 2 features csv.yaml --run runs/order
expect 3 'cassette prepare' 2 train csv.yaml --run runs/order
ranks 1 prepare csv.yaml --run runs/order >out.txt 2>err.txt
expect 3 'cassette features' 2 train csv.yaml --run runs/order
expect 3 'cassette features' 1 evaluate csv.yaml --run runs/order
ranks 1 features csv.yaml --run runs/order >out.txt 2>err.txt
expect 3 'cassette train' 2 evaluate csv.yaml --run runs/order
expect 3 'nowhere' 1 report nowhere

# --- directories ---
echo file >taken
expect 3 'taken' 3 run csv.yaml --run taken/run
expect 3 'taken' 1 synth --preset tiny --out taken
expect 3 '/dev/null' 2 run csv.yaml --run /dev/null/cassette

# the run directory may be a link, and features may be kept elsewhere; what a run replaces and removes may not
mkdir -p scratch/run elsewhere/checkpoints elsewhere/features
cp runs/good/checkpoints/* elsewhere/checkpoints
ln -s "$work/scratch/run" runs/linked
ln -s "$work/elsewhere/features" scratch/run/features
ranks 2 run csv.yaml --run runs/linked >out.txt 2>err.txt || fail "a run directory that is a link: $(cat err.txt)"
grep -q 'runs/linked/features: a link' err.txt || fail "features elsewhere were not named: $(cat err.txt)"
cmp runs/linked/metrics.json runs/good/metrics.json || fail "other results through links"
find elsewhere/checkpoints -type f | sort | xargs sha256sum >before.txt
for part in checkpoints pseudo_labels predictions report teacher metrics.jsonl; do
  rm -rf "scratch/run/$part"
  ln -s "$work/elsewhere/checkpoints" "scratch/run/$part"
  expect 3 "runs/linked/$part: a link that leads out of runs/linked" 2 run csv.yaml --run runs/linked
  [ "$part" != report ] || expect 3 "runs/linked/report: a link" 1 report runs/linked
  rm "scratch/run/$part"
done
ln -s nowhere scratch/run/checkpoints
expect 3 'runs/linked/checkpoints: a link that leads out .*nowhere' 1 train csv.yaml --run runs/linked
find elsewhere/checkpoints -type f | sort | xargs sha256sum | cmp - before.txt || fail "files beside the run were touched"

# a data set's directory is no run's: its tables would be read as the data set's
expect 2 'data: is dataset.root, and a run needs a directory of its own' 2 run csv.yaml --run data
ln -s data same
expect 2 'same: is dataset.root' 1 train csv.yaml --run same
[ "$(ls data)" = "$(printf 'audio\nclips.csv')" ] || fail "files of a run in the data set: $(ls data)"
for n in 1 2; do ranks $n run csv.yaml --run data/run >out.txt 2>err.txt || fail "a run below the data set: $(cat err.txt)"; done
ranks 1 prepare csv.yaml --run runs/beside >out.txt 2>err.txt || fail "after a run below the data set: $(cat err.txt)"
rm -r data/run

# --- a store made with other parameters is refused with both values ---
cat >other.yaml <<'Y'
extends: csv.yaml
features: {frames: 40, store: runs/good/features}
Y
expect 3 'frames.*48.*40\|frames.*40.*48' 2 run other.yaml --run runs/other

# --- full disks: what was whole stays, and the run goes on where there is room again ---
needed=$(du -sk runs/good | cut -f1)
if mkdir -p small && mount -t tmpfs -o size=1m tmpfs small 2>/dev/null; then
  trap 'umount -l "$work/small"; rm -rf "$work"' EXIT
  for part in "1 30" "3 80"; do
    read -r n percent <<<"$part"
    mount -o remount,size=$((needed * percent / 100))k small
    expect 3 'No space left' "$n" run csv.yaml --run small/run
    find small -name '*.tmp' | grep -q . && fail "temporary files left on the full disk"
    mount -o remount,size=50m small
    ranks "$n" run csv.yaml --run small/run >out.txt 2>err.txt || fail "$(cat err.txt)"
    cmp small/run/metrics.json runs/good/metrics.json || fail "other results after a full disk"
    rm -rf small/run
  done
else
  echo "no permission to mount a small tmpfs: full disks not tested"
fi
