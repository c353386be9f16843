#!/usr/bin/env bash
# Checkpoints of PyTorch and Cassette, one into the other: the same bits there and back, the same answers on
# 50 clips in both programs, and training that begins from another program's weights.
. "$(dirname "$0")/lib.sh"
python=/usr/bin/python3
if ! $python -c 'import torch, h5py, xxhash' 2>/dev/null; then
  echo "skipped: needs python3-torch, python3-h5py and python3-xxhash" >&2
  exit 77
fi
convert() { $python "$repository/scripts/convert-checkpoint" "$@"; }
torch() { $python "$repository/tests/system/setrans.py" "$@" 2>torch.txt || fail "$1: $(tail -1 torch.txt)"; }
# refused CODE FRAGMENT ARGUMENTS…: of convert-checkpoint, on one line
refused()
{
  local code=$1 fragment=$2 got=0
  shift 2
  convert "$@" >out.txt 2>err.txt || got=$?
  [ "$got" -eq "$code" ] || fail "exit $got instead of $code: convert-checkpoint $*: $(cat err.txt)"
  grep -qF -- "$fragment" err.txt || fail "no \"$fragment\": $(cat err.txt)"
  [ "$(wc -l <err.txt)" -eq 1 ] || fail "more than one line: $(cat err.txt)"
}

# 100 clips to learn from and 50 to answer, the network in the paper's size
"$cassette" synth --preset tiny --out data 2>/dev/null >/dev/null
sed 's/\r$//' data/truth.csv | tail -n +2 >all.csv
[ "$(wc -l <all.csv)" -eq 150 ] || fail "not 150 clips"
{ echo filename,scene_label && head -100 all.csv; } >data/learn.csv
{ echo filename,scene_label && tail -50 all.csv | sed 's/,.*/,/'; } >data/answer.csv
cat >convert.yaml <<'YAML'
dataset:
  layout: csv
  root: data
  metadata: [learn.csv]
  evaluation_metadata: [answer.csv]
  classes: [Bus, Airport, Metro, Restaurant, Shopping mall, Public square, Urban park, Traffic street, Construction site, Bar]
features: {frames: 64, store: features}
split: {protocol: official, validation: none}
train: {epochs: 2, batch: 8}
strategy: {name: supervised}
YAML
for phase in prepare features; do
  "$cassette" $phase convert.yaml --run runs/theirs >/dev/null 2>err.txt || fail "$phase: $(cat err.txt)"
done

# theirs into ours: the digest that Cassette sees, the same answers
torch make features theirs.pth 1
mkdir -p runs/theirs/checkpoints
convert theirs.pth runs/theirs/checkpoints/best-official-student.h5 >said.txt || fail "theirs into ours"
grep -q "digest $(digest runs/theirs/checkpoints/best-official-student.h5)$" said.txt || fail "digest: $(cat said.txt)"
"$cassette" predict convert.yaml --run runs/theirs >out.txt 2>err.txt || fail "predict: $(cat err.txt)"
torch compare theirs.pth features runs/theirs/predictions/evaluation-probabilities.csv
# and back
convert runs/theirs/checkpoints/best-official-student.h5 back.pth >/dev/null || fail "ours into theirs"
torch same theirs.pth back.pth

# a network of natural logarithms answers decibels alike; what looks like the other is warned of, and done as it was said
torch scale "$repository/scripts/convert-checkpoint"
torch make features ln.pth 2 ln
mkdir -p runs/ln/checkpoints
cp runs/theirs/{manifest.csv,prepare.json} runs/ln
convert --input ln ln.pth runs/ln/checkpoints/best-official-student.h5 >/dev/null 2>err.txt || fail "$(cat err.txt)"
"$cassette" predict convert.yaml --run runs/ln >out.txt 2>err.txt || fail "predict: $(cat err.txt)"
torch compare ln.pth features runs/ln/predictions/evaluation-probabilities.csv ln
# says WARNING ARGUMENTS...: of convert-checkpoint; "": nothing
says()
{
  convert "${@:2}" >/dev/null 2>err.txt || fail "$(cat err.txt)"
  if [ -z "$1" ]; then [ ! -s err.txt ]; else grep -qF -- "$1" err.txt && [ "$(wc -l <err.txt)" -eq 1 ]; fi || fail "${*:2}: $(cat err.txt)"
}
torch break ln.pth bn0.running_var=@1.3
says 'warning: bn0.running_var.pth: its first BatchNorm knows a variance of 1.3 a band, which looks like natural logarithms: is --input ln meant?' \
  bn0.running_var.pth plain.h5
says 'is --input ln meant?' bn0.running_var.pth said.h5 --input db
[ "$(digest plain.h5)" = "$(digest said.h5)" ] || fail "db is not what is meant where nothing is said"
says '' bn0.running_var.pth scaled.h5 --input ln
[ "$(digest plain.h5)" != "$(digest scaled.h5)" ] || fail "nothing was scaled"
torch break ln.pth bn0.running_var=@25
says 'looks like decibels: is --input db meant?' bn0.running_var.pth scaled.h5 --input ln
says '' bn0.running_var.pth plain.h5
refused 2 '--input: ln or db is expected' theirs.pth x.h5 --input log
refused 2 '--input: ln or db is expected' theirs.pth x.h5 --input
refused 2 '--inputs: no such option' theirs.pth x.h5 --inputs ln

# training begins from theirs: all but the final layer, whose classes may be others
cp runs/theirs/checkpoints/best-official-student.h5 start.h5
cp runs/theirs/checkpoints/best-official-student.json start.json
for n in 1 2; do
  ranks $n run convert.yaml --run runs/ours$n dataset.pretrain_weights=start.h5 train.epochs=6 >out.txt 2>err.txt || fail "$(cat err.txt)"
done
[ "$(digest runs/ours1)" = "$(digest runs/ours2)" ] || fail "2 ranks differ from 1"
[ "$(digest runs/ours1/checkpoints/best-pretrain.h5)" = "$(digest start.h5)" ] || fail "not the weights that were given"
"$cassette" run convert.yaml --run runs/still dataset.pretrain_weights=start.h5 train.learning_rate=1e-15 train.epochs=1 >out.txt 2>err.txt ||
  fail "$(cat err.txt)"
$python - <<'PY' || fail "training did not begin from the weights that were given"
import h5py
import numpy as np
a, b = (h5py.File(f)["params"] for f in ("start.h5", "runs/still/checkpoints/best-official-student.h5"))
for name in a:
    moved = np.abs(a[name][()] - b[name][()]).max()
    assert (moved > 1e-3) == (name == "fc.weight") or name == "fc.bias" and moved > 0, (name, moved)
PY
# ours into theirs: what Cassette trained answers alike in PyTorch
convert runs/ours1/checkpoints/best-official-student.h5 ours.pth >/dev/null || fail "ours into theirs"
torch compare ours.pth features runs/ours1/predictions/evaluation-probabilities.csv
if $python -c 'import onnx' 2>/dev/null; then
  convert runs/ours1/checkpoints/best-official-student.h5 ours.onnx features.frames=64 >/dev/null || fail "ours into ONNX"
  torch compare ours.onnx features runs/ours1/predictions/evaluation-probabilities.csv
else
  echo "without python3-onnx: no ONNX model is checked" >&2
fi

# an exported model is the same model, and says itself of which network
"$cassette" export runs/ours1 ours.cassette >/dev/null || fail "export"
convert ours.cassette exported.h5 >/dev/null || fail "an exported model into a checkpoint"
$python - runs/ours1/checkpoints/best-official-student.h5 exported.h5 <<'PY' || fail "other weights were exported"
import h5py, sys
ours, theirs = (h5py.File(f) for f in sys.argv[1:])
for group in ("params", "stats"):
    assert ours[group].keys() == theirs[group].keys() and all((ours[group][n][()] == theirs[group][n][()]).all() for n in ours[group])
PY
if $python -c 'import onnx' 2>/dev/null; then
  convert ours.cassette exported.onnx >/dev/null || fail "an exported model into ONNX"
  cmp <($python -c 'import onnx, sys; m = onnx.load(sys.argv[1]); m.doc_string = ""; sys.stdout.buffer.write(m.SerializeToString())' ours.onnx) \
    <($python -c 'import onnx, sys; m = onnx.load(sys.argv[1]); m.doc_string = ""; sys.stdout.buffer.write(m.SerializeToString())' exported.onnx) ||
    fail "the exported model is another one in ONNX"
fi
$python - <<'PY'
import h5py, json, shutil
shutil.copy("ours.cassette", "several.cassette")
with h5py.File("several.cassette", "r+") as file:
    value = file["about"][()]
    about = json.loads(value if isinstance(value, (bytes, str)) else bytes(value).rstrip(b"\0"))
    about["networks"] *= 2
    del file["about"]
    file["about"] = json.dumps(about)
shutil.copy("ours.cassette", "lacking.cassette")
with h5py.File("lacking.cassette", "r+") as file:
    del file["network-1/params/fc.weight"]
PY
cp start.h5 checkpoint.cassette
head -c 1000 ours.cassette >cut.cassette
refused 3 'several.cassette: holds the models of 2 folds; export one: cassette export RUN MODEL.cassette --fold NAME' several.cassette x.h5
refused 3 "lacking.cassette: SE-Trans's tensor fc.weight is missing" lacking.cassette x.h5
refused 3 'checkpoint.cassette: is no model that' checkpoint.cassette x.h5
refused 3 'cut.cassette: cannot be read as HDF5' cut.cassette x.h5

# other members of the family: there and back, and the same answers in ONNX
member() # NAME SETTING…
{
  local name=$1
  shift
  "$cassette" run convert.yaml --run runs/"$name" train.epochs=3 "$@" >out.txt 2>err.txt || fail "$(cat err.txt)"
  local weights=runs/$name/checkpoints/best-official-student.h5
  convert "$weights" "$name.pth" "$@" >/dev/null || fail "$name into .pth"
  convert "$name.pth" "$name.h5" "$@" >/dev/null || fail "$name back"
  $python - "$weights" "$name.h5" <<'PY' || fail "$name: other weights came back"
import h5py, sys
ours, back = (h5py.File(f) for f in sys.argv[1:])
for group in ("params", "stats"):  # an average's count of batches is no whole number, and .pth wants one
    assert ours[group].keys() == back[group].keys() and all(
        name.endswith("tracked") or (ours[group][name][()] == back[group][name][()]).all() for name in ours[group])
PY
  $python -c 'import onnx' 2>/dev/null || return 0
  convert "$weights" "$name.onnx" features.frames=64 "$@" >/dev/null || fail "$name into ONNX"
  torch compare "$name.onnx" features runs/"$name"/predictions/evaluation-probabilities.csv
}
member residual 'model.blocks=[8, 8, 16, 32]' model.residual=true model.reduction=4 'model.pool=[[2, 2], [2, 2], [1, 2], [2, 2]]' \
  model.pooled_frames=4 model.encoder_layers=0 model.aggregate=mean
member stem 'model.blocks=[16, 16]' 'model.stem=[3, 2]' 'model.pool=[[2, 2]]' model.squeeze_excite=false model.encoder_layers=2 \
  model.pooled_frames=5 model.heads=4

# what does not fit is named
torch break theirs.pth SE_block1.conv1.weight=32x1x3x3 SE_block2.se1.fc.0.weight=8x64 bn0.bias=gone \
  encoder.layers.1.norm1.bias=128 fc.weight=nan
refused 3 'tensor SE_block1.conv1.weight has shape 32x1x3x3, 64x1x3x3 is expected' SE_block1.conv1.weight.pth x.h5
refused 3 'tensor SE_block2.se1.fc.0.weight has shape 8x64, 8x128 is expected' SE_block2.se1.fc.0.weight.pth x.h5
refused 3 'tensor bn0.bias is missing' bn0.bias.pth x.h5
refused 3 'tensor encoder.layers.1.norm1.bias is none of SE-Trans' encoder.layers.1.norm1.bias.pth x.h5
refused 3 'tensor fc.weight holds numbers that are not finite' fc.weight.pth x.h5
echo no model >text.pth
refused 3 'text.pth: no tensors of PyTorch 1.6 or later can be read' text.pth x.h5
$python - <<'PY'
import os, torch
class Evil:
    def __reduce__(self): return os.system, ("touch evil.txt",)
torch.save({"model_state_dict": {"fc.bias": Evil()}}, "evil.pth")
PY
refused 3 'evil.pth: no tensors of PyTorch 1.6 or later can be read: it would call posix.system' evil.pth x.h5
[ -e evil.txt ] && fail "a .pth ran a command"
refused 3 'gone.pth: no such file' gone.pth x.h5
refused 3 'cannot be read as HDF5' "$(mv text.pth text.h5 && echo text.h5)" x.pth
refused 2 'model.blocks=' theirs.pth x.h5 model.widths=3
refused 2 'model.blocks=' theirs.pth x.h5 'model.pool=[[2]]'
refused 2 'IN OUT' theirs.pth
refused 3 'is expected' theirs.pth x.h5 model.feedforward=16
[ -e x.h5 ] || [ -e x.json ] && fail "something was written"
got=0
$python -S "$repository/scripts/convert-checkpoint" theirs.pth x.h5 2>err.txt || got=$?
[ $got -eq 2 ] && grep -q 'apt-get install python3-numpy' err.txt && [ "$(wc -l <err.txt)" -eq 1 ] || fail "without packages: $(cat err.txt)"

# Cassette refuses weights that it cannot begin from
expect 3 "params/block1.conv1.weight: has shape \[64, 1, 3, 3\]" 1 run convert.yaml --run runs/x 'model.blocks=[32, 128]' dataset.pretrain_weights=start.h5
expect 3 "gone.h5: no such file (dataset.pretrain_weights)" 1 run convert.yaml --run runs/y dataset.pretrain_weights=gone.h5
printf 'X' | dd of=start.h5 bs=1 seek=5000 conv=notrunc 2>/dev/null
expect 3 "its checksum differs from its manifest's.*dataset.pretrain_weights" 1 run convert.yaml --run runs/z dataset.pretrain_weights=start.h5
