#!/usr/bin/env bash
# export and classify: a model is one file that answers as the run does, and as `predict` did on the same
# clips, to the bit; any formats, lengths and numbers of ranks; damaged recordings are named and left out.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

make_tiny
printf '%s\n' "extends: $configs/tiny.yaml" 'split: {held_out: [Aldermoor, Brightwater]}' 'train: {epochs: 6}' \
  'evaluate: {crops: 2}' >two.yaml
ok() # N COMMAND…
{
  ranks "$@" >out.txt 2>err.txt || fail "exit $? at $1 ranks: ${*:2}: $(cat err.txt)"
}
same() { cmp "$1" "$2" || fail "${3:-$1 and $2 differ}"; }
ok 2 run two.yaml --run run

# a model is a file: the same bytes from any ranks, whole without its run
ok 1 export run model.cassette
ok 3 export run other.cassette
same model.cassette other.cassette "3 ranks export other bytes"
ok 1 export run one.cassette --fold Aldermoor
ok 1 info model.cassette
grep -q "^digest: $("$cassette" export run other.cassette | sed -n 's/^digest: //p')$" out.txt || fail "info: no digest"
for says in 'Acoustic scene classifier two' 'fold Brightwater (student), held out: Brightwater: macro accuracy' \
  'Answers: Bus, Airport' '^trained_on: ' '^features: logmel/'; do
  grep -q "$says" out.txt || fail "info says no '$says': $(cat out.txt)"
done
expect 2 "two.yaml: is there and no exported model" 1 export run two.yaml
expect 2 "no fold 'Aldermor' in this run; did you mean 'Aldermoor'" 2 export run x.cassette --fold Aldermor
expect 3 "no config.yaml: no run directory" 1 export data x.cassette
mkdir unfinished
cp run/config.yaml run/manifest.csv unfinished
expect 3 "run .cassette train" 2 export unfinished x.cassette

# the answers of predict
ok 1 classify --model model.cassette --uncalibrated --probabilities data/tiny/audio
cp out.txt one.csv
python3 - <<'PY' || fail "classify and predict differ"
import csv, pathlib
rows = {pathlib.Path(r["filename"]).stem: r for r in csv.DictReader(open("one.csv"))}
labels = {r["filename"]: r["scene_label"] for r in csv.DictReader(open("run/predictions/evaluation.csv"))}
clips = list(csv.DictReader(open("run/predictions/evaluation-probabilities.csv")))
assert len(clips) == len(labels) == 30, len(clips)
for clip in clips:
    name = clip.pop("filename")
    assert rows[name]["scene_label"] == labels[name], name
    for scene, p in clip.items():
        assert rows[name][scene] == p, (name, scene, rows[name][scene], p)
PY
ok 3 classify --model run --uncalibrated --probabilities data/tiny/audio --out three.csv
same three.csv one.csv "3 ranks, or the run itself, answer otherwise"

# calibrated: p^(1/T), T of the validation sessions by its definition; the same labels; "unknown" below a threshold
ok 1 classify --model model.cassette --probabilities data/tiny/audio
cp out.txt calibrated.csv
ok 2 classify --model run --probabilities data/tiny/audio
same out.txt calibrated.csv "the run's own answers are calibrated otherwise"
ok 1 classify --model one.cassette --probabilities data/tiny/audio
cp out.txt one-calibrated.csv
ok 1 classify --model one.cassette --probabilities --uncalibrated data/tiny/audio
cp out.txt one-raw.csv
ok 3 classify --model model.cassette --unknown-below card --format jsonl data/tiny/audio
python3 "$repository/tests/system/temperature_check.py" run || fail "temperatures"
grep -q '^Confidence: calibrated at temperature ' <("$cassette" info model.cassette) || fail "the card says no temperature"
for said in run/report/report.md run/report/report.html; do
  grep -q 'A temperature divides the logits' $said || fail "$said has no temperatures"
done
expect 2 "unknown-below '1.5' is neither a confidence" 2 classify --model one.cassette --unknown-below 1.5 data/tiny/audio
expect 2 "unknown-below '0,5' is neither a confidence" 1 classify --model one.cassette --unknown-below 0,5 data/tiny/audio
expect 2 'card is of calibrated confidence' 1 classify --model one.cassette --uncalibrated --unknown-below card data/tiny/audio

# where evaluation found none, and where it was of something else, there is none
cp run/metrics.json metrics.json
uncalibrated() # WHY
{
  for n in 1 2; do
    ok $n classify --model run --uncalibrated --probabilities data/tiny/audio
    cp out.txt raw.csv
    ok $n classify --model run --probabilities data/tiny/audio
    same out.txt raw.csv "calibrated without a temperature"
    grep -q "confidence is not calibrated: $1" err.txt || fail "not said: $1: $(cat err.txt)"
    expect 2 "card has no --unknown-below: it is not calibrated ($1" $n classify --model run --unknown-below card data/tiny/audio
  done
}
rm run/metrics.json
uncalibrated 'not evaluated since it was trained'
sed 's/"model": "\(.\)/"model": "x\1/' metrics.json >run/metrics.json
uncalibrated 'not evaluated since it was trained'
ok 1 evaluate two.yaml --run run evaluate.adapt=adabn
uncalibrated 'evaluated after adaptation to the clips, which is not done here'
cp metrics.json run/metrics.json
ok 1 predict two.yaml --run run evaluate.crops=1
uncalibrated 'evaluated with another evaluate.crops'
ok 1 predict two.yaml --run run
cp metrics.json run/metrics.json
sed 's/"value": [0-9.]*/"value": 1e9/' metrics.json >run/metrics.json
expect 3 'run: a temperature of 1e+09 makes no sense' 2 classify --model run data/tiny/audio
cp metrics.json run/metrics.json

ok 1 classify --model one.cassette data/tiny/audio --threads 2
cp out.txt fold.csv
ok 2 classify --model run --fold Aldermoor data/tiny/audio
same out.txt fold.csv "one fold's file and the fold of the run answer otherwise"

# formats, rates, channels and lengths; every 50th file damaged in one of four ways
python3 - <<'PY'
import ctypes, ctypes.util, math, os, shutil
class Info(ctypes.Structure):
    _fields_ = [("frames", ctypes.c_int64)] + [(n, ctypes.c_int) for n in "rate channels format sections seekable".split()]
library = ctypes.CDLL(ctypes.util.find_library("sndfile") or "libsndfile.so.1")
library.sf_open.restype = ctypes.c_void_p
library.sf_open.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.POINTER(Info)]
library.sf_writef_float.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64]
library.sf_close.argtypes = [ctypes.c_void_p]
kinds = {"wav": 0x010002, "flac": 0x170002, "ogg": 0x200060, "w24.wav": 0x130003, "float.wav": 0x010006}
def write(path, kind, rate, channels, seconds, seed):
    n, state = int(seconds * rate), seed
    tone = [0.3 * math.sin(2 * math.pi * (200 + seed % 40 * 50) * i / rate) for i in range(min(n, rate))]
    samples = (ctypes.c_float * (n * channels))(*[tone[i % len(tone)] * (1 - 0.5 * c) for i in range(n) for c in range(channels)])
    info = Info(0, rate, channels, kinds[kind], 0, 0)
    file = library.sf_open(path.encode(), 0x20, ctypes.byref(info))
    assert file, path
    assert library.sf_writef_float(file, samples, n) == n
    library.sf_close(file)
os.makedirs("mixed/below")
n = 0
for kind in kinds:
    for rate in (44100, 48000, 16000, 22050):
        for channels, seconds in ((1, 0.96), (2, 0.96), (1, 0.5), (2, 1.0), (1, 4.3)):
            write(f"mixed/{'below/' if n % 3 else ''}{n:03}.{kind}", kind, rate, channels, seconds, n)
            n += 1
bad = {"000.wav": lambda b: b[:len(b) // 2], "below/025.flac": lambda b: b[:len(b) - 100],
       "below/050.ogg": lambda b: b[:len(b) - 200], "075.w24.wav": lambda b: b"<!DOCTYPE html>"}
for name, hurt in bad.items():
    with open("mixed/" + name, "rb") as file:
        content = file.read()
    open("mixed/" + name, "wb").write(hurt(content))
open("mixed/notes.txt", "w").write("not audio, and not asked for\n")
open("mixed/.hidden.wav", "w").write("")
write("a long one.wav", "wav", 32000, 2, 60.7, 3)
PY
expect 3 '4 of 100 files have no answer' 1 classify --model model.cassette --format jsonl mixed
cp out.txt one.jsonl
grep -o 'warning: .*' err.txt >warnings.txt
for name in 000.wav below/025.flac below/050.ogg 075.w24.wav; do
  [ "$(grep -c "mixed/$name: left out: " warnings.txt)" -eq 1 ] || fail "$name is not named once: $(cat err.txt)"
done
for n in 2 3; do
  expect 3 '4 of 100 files have no answer' $n classify --model model.cassette --format jsonl mixed --out out.jsonl
  same out.jsonl one.jsonl "$n ranks answer otherwise"
  grep -o 'warning: .*' err.txt | cmp - warnings.txt || fail "$n ranks warn otherwise: $(cat err.txt)"
done
python3 - <<'PY' || fail "one.jsonl"
import json
rows = [json.loads(line) for line in open("one.jsonl")]
names = [r["filename"] for r in rows]
assert len(rows) == 96 and names == sorted(names), names
for r in rows:
    assert r["scene_label"] == r["top"][0]["scene_label"] and len(r["top"]) == 3
    assert r["confidence"] == max(t["confidence"] for t in r["top"])
    assert r["windows"] == (5 if r["end_s"] > 4 else 1), r
PY

# a list on standard input, in its order; a name that is missing
find mixed -name '09*' | sort -r >list.txt
echo gone.wav >>list.txt
got=0
ranks 2 classify --model model.cassette - "a long one.wav" <list.txt >out.txt 2>err.txt || got=$?
[ $got -eq 3 ] || fail "a list with a missing file: exit $got: $(cat err.txt)"
grep -q 'gone.wav: left out: missing: no such file' err.txt || fail "gone.wav is not named: $(cat err.txt)"
tail -n +2 out.txt | cut -d, -f1 >names.txt
{ sed '$d' list.txt; echo 'a long one.wav'; } | cmp - names.txt || fail "the order of the list: $(cat names.txt)"
: | expect 3 'names no file; nothing to classify' 1 classify --model model.cassette -

# a long recording, window by window: what its pieces say, and their pool
ok 1 classify --model model.cassette --uncalibrated --windows --hop 0.48 --probabilities "a long one.wav"
cp out.txt windows.csv
ok 2 classify --model model.cassette --uncalibrated --hop 0.48 --probabilities "a long one.wav"
python3 - <<'PY' || fail "windows of a long recording"
import csv, math
windows, (whole,) = list(csv.DictReader(open("windows.csv"))), list(csv.DictReader(open("out.txt")))
starts = [float(w["start_s"]) for w in windows]
assert len(windows) == 126 and starts[:125] == [round(0.48 * k, 3) for k in range(125)], starts
assert windows[-1]["end_s"] == whole["end_s"] == "60.700" and starts[-1] == 59.74, windows[-1]
scenes = list(whole)[9:]
z = [sum(math.log(max(float(w[s]), 1e-12)) for w in windows) / len(windows) for s in scenes]
total = sum(math.exp(v - max(z)) for v in z)
for s, v in zip(scenes, z):
    assert abs(float(whole[s]) - math.exp(v - max(z)) / total) < 1e-6, s
PY

# memory does not grow with the length: ten times as long, the same peak
CASSETTE=$cassette python3 - <<'PY' || fail "memory of a long recording"
import resource, struct, subprocess, sys
def peak(minutes):
    n = int(minutes * 60 * 8000)
    with open("minutes.wav", "wb") as out:
        out.write(struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + 2 * n, b"WAVE", b"fmt ", 16, 1, 1, 8000, 16000, 2, 16, b"data", 2 * n))
        second = bytes(range(250)) * 64
        for _ in range(n // 8000):
            out.write(second)
    program = ["python3", "-c", "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL); "
               "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"]
    run = subprocess.run(program + [CASSETTE, "classify", "--model", "model.cassette", "--hop", "20", "minutes.wav"],
                         check=True, stdout=subprocess.PIPE)
    return int(run.stdout)
import os
CASSETTE = os.environ["CASSETTE"]
short, long = peak(2), peak(60)
assert long < short + 6000, (short, long)  # KiB; whole in memory it would be 200000 more
PY

# a model that is damaged, foreign or gone; outputs that would cost something
python3 - <<'PY'
content = bytearray(open("model.cassette", "rb").read())
open("cut.cassette", "wb").write(content[:len(content) // 3])
for i in range(12):
    at = (2 * i + 1) * len(content) // 24
    content[at] ^= 1
    open(f"flipped-{i}.cassette", "wb").write(content)
    content[at] ^= 1
PY
clip=mixed/099.float.wav
[ -e $clip ] || clip=mixed/below/099.float.wav
ok 1 classify --model model.cassette $clip
cp out.txt answer.csv
refused=0
for i in {0..11}; do # refused, or a byte that holds nothing
  if ranks 1 classify --model flipped-$i.cassette $clip >out.txt 2>err.txt; then
    same out.txt answer.csv "a flipped bit changes the answer"
  else
    expect 3 "flipped-$i.cassette: " 1 classify --model flipped-$i.cassette $clip
    refused=$((refused + 1))
  fi
done
[ $refused -ge 6 ] || fail "$refused of 12 flipped bits were noticed"
for n in 1 3; do
  expect 3 "cut.cassette: " $n classify --model cut.cassette $clip
  expect 3 'two.yaml: is no model' $n classify --model two.yaml $clip
  expect 3 'is no model' $n classify --model "$(find run/checkpoints -name 'best-*.h5' | sort | head -1)" $clip
  expect 3 'gone.cassette: neither a model' $n classify --model gone.cassette $clip
  expect 3 'unfinished/checkpoints/' $n classify --model unfinished $clip
  expect 2 "$clip: is one of the recordings" $n classify --model model.cassette $clip --out $clip
  expect 2 'model.cassette' $n classify --model model.cassette $clip --out model.cassette
done
expect 3 'cut.cassette: ' 1 info cut.cassette
expect 2 "hop '0' is no number" 1 classify --model model.cassette --hop 0 $clip
expect 2 '--model MODEL is missing' 1 classify $clip
expect 2 '--fold chooses a model of a run' 1 classify --model model.cassette --fold Aldermoor $clip
mkdir silent
expect 3 'silent: no audio files below' 2 classify --model model.cassette silent
[ -e x.cassette ] && fail "an export that failed left a file"
true
