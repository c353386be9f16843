#!/usr/bin/env bash
# Outputs replace nothing but files of their own kind, and leave nothing behind; what the process lacks is told as that.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
make_tiny
find data/tiny/audio -name '*.wav' | sort | sed -n 1,2p >waves.txt # head would leave, and sort fail
cp "$(sed -n 1p waves.txt)" a.wav
cp "$(sed -n 2p waves.txt)" b.wav
cp a.wav a.kept
cp b.wav b.kept
unharmed() { cmp a.wav a.kept && cmp b.wav b.kept || fail "$1: a recording was replaced"; }

# features --file
mkdir d
ln a.wav hard
ln -s a.wav soft
for out in a.wav ./a.wav d/../a.wav "$PWD/a.wav" hard; do
  expect 2 "$out: this command reads that file and would replace it" 1 features --file a.wav --out "$out"
  unharmed "--out $out"
done
expect 2 'a.wav: this command reads that file' 1 features --file soft --out a.wav
expect 3 'soft: a symbolic link stands there' 1 features --file a.wav --out soft
expect 2 'b.wav: is there and no HDF5 file; choose another --out' 1 features --file a.wav --out b.wav
unharmed 'another recording'
mkfifo pipe
expect 3 'pipe: is a pipe' 1 features --file a.wav --out pipe
[ -p pipe ] || fail 'the pipe was replaced'
if mknod null c 1 3 2>/dev/null; then
  expect 3 'null: is a device' 1 features --file a.wav --out null
  [ -c null ] || fail 'the device was replaced'
fi
"$cassette" features --file a.wav --out a.h5 || fail 'features --file'
"$cassette" features --file b.wav --out a.h5 || fail 'features --file, again'

# synth: other people's recordings
mkdir -p real/audio
cp a.wav real/audio/
expect 3 'real/audio is there and not from synth' 1 synth --preset tiny --out real

# the run directory: the configuration and a table of its own name are inputs too
mkdir -p runs/mine
printf '# my own words\nextends: %s\nname: mine\n' "$configs/tiny.yaml" >runs/mine/config.yaml
cp runs/mine/config.yaml kept.yaml
expect 2 'runs/mine/config.yaml: this command reads that file' 1 prepare runs/mine/config.yaml
cmp runs/mine/config.yaml kept.yaml || fail 'the configuration was replaced'
ranks 1 prepare "$configs/tiny.yaml" --run runs/tiny >out.txt 2>err.txt || fail "$(cat err.txt)"
ranks 1 prepare runs/tiny/config.yaml seed=7 >out.txt 2>err.txt || fail "a resolved configuration: $(cat err.txt)"

# scripts
printf '{}' >report.json
! "$repository/scripts/figure" report.json ./report.json 2>err.txt && grep -q 'is what is drawn' err.txt || fail "figure: $(cat err.txt)"
! "$repository/scripts/figure" report.json pipe 2>err.txt && [ -p pipe ] || fail "figure: $(cat err.txt)"

# a report that was killed leaves a temporary file, of a process that is gone; the next one takes it away
make_small 'train: {epochs: 1}'
ranks 1 run small.yaml --run runs/whole >out.txt 2>err.txt || fail "$(cat err.txt)"
CST_DELAY=file-before-rename:60000 "$cassette" report runs/whole >out.txt 2>err.txt &
job=$!
until grep -q 'delay at file-before-rename' err.txt || ! kill -0 $job 2>/dev/null; do sleep 0.02; done
kill -KILL $job
wait $job || true
[ -n "$(find runs/whole/report -name '.*.tmp')" ] || fail 'nothing was left to take away'
"$cassette" report runs/whole >out.txt 2>err.txt || fail "$(cat err.txt)"
[ -z "$(find runs/whole/report -name '.*.tmp')" ] || fail "left: $(find runs/whole/report -name '.*.tmp')"

# few descriptors: that is what is said
for n in 10 12 14 16 20 24 28; do
  code=0
  (ulimit -n $n && "$cassette" run "$configs/tiny.yaml" --run runs/few) >out.txt 2>err.txt || code=$?
  if grep -q 'cassette: error' err.txt; then
    [ $code -eq 1 ] && grep -q 'Too many open files.*ulimit -n' err.txt || fail "$n descriptors, exit $code: $(cat err.txt)"
  fi
  rm -rf runs/few
done
