#!/usr/bin/env bash
# An exported model in place of the run that it comes from: beside another run's models and as its teacher, with the bits of
# the directory on any number of ranks; refused where classes or features are others, or where it has heard what is tested.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
make_tiny
cat >small.yaml <<YAML
extends: $configs/tiny.yaml
dataset: {pretrain_root: ""}
features: {store: features}
strategy: {name: supervised}
train: {epochs: 1}
split: {seed: 1}
YAML
for seed in 1 2; do
  ranks 1 run small.yaml --run runs/$seed seed=$seed >out.txt 2>err.txt || fail "seed $seed: $(cat err.txt)"
done
export_run() { ranks 1 export "$@" >out.txt 2>err.txt || fail "export $*: $(cat err.txt)"; }
export_run runs/2 two.cassette

# --- beside another run ---

answer() # RANKS RUN WITH [WORD…]
{
  cp -r runs/1 "runs/$2"
  ranks "$1" evaluate small.yaml --run "runs/$2" --with "$3" seed=1 "${@:4}" >"$2.txt" 2>err.txt || fail "evaluate $2: $(cat err.txt)"
  ranks "$1" predict small.yaml --run "runs/$2" --with "$3" seed=1 "${@:4}" >out.txt 2>err.txt || fail "predict $2: $(cat err.txt)"
}
answer 1 directory runs/2
grep -q '^2 runs together: ' directory.txt || fail "no ensemble: $(cat directory.txt)"
answer 1 file two.cassette
answer 3 ranks two.cassette run.threads=2
for run in file ranks; do
  cmp directory.txt $run.txt || fail "$run: other figures than with the directory"
  for file in metrics.json predictions/ensemble.csv predictions/ensemble-probabilities.csv; do
    cmp runs/directory/$file runs/$run/$file || fail "$run: $file differs"
  done
done
# once it has answered it is asked again, and the answers of the run itself are no other voice
answer 1 twice two.cassette
ranks 1 evaluate small.yaml --run runs/twice --with two.cassette seed=1 >again.txt 2>err.txt || fail "again: $(cat err.txt)"
cmp directory.txt again.txt || fail 'a second time differs'
expect 3 'are the same table' 1 evaluate small.yaml --run runs/twice --with two.cassette --with runs/2 seed=1

# --- as a teacher ---

distil=(seed=3 strategy.name=distill pretrain.epochs=0)
learn() # RANKS RUN TEACHER [WORD…]
{
  ranks "$1" run small.yaml --run "runs/$2" "${distil[@]}" "teacher.runs=[$3]" "${@:4}" >out.txt 2>err.txt || fail "$2: $(cat err.txt)"
}
ranks 1 teach small.yaml --run runs/2 seed=2 >out.txt 2>err.txt || fail "$(cat err.txt)"
learn 1 of-directory runs/2
learn 1 of-file two.cassette
learn 3 of-file-ranks two.cassette run.threads=2
trained runs/of-directory >want.txt
for run in of-file of-file-ranks; do
  trained runs/$run >got.txt
  cmp want.txt got.txt || fail "the student of $run differs: $(diff want.txt got.txt | head)"
done
cmp runs/2/teacher/Aldermoor.csv runs/of-file/models/*/teacher/Aldermoor.csv || fail 'the file teaches something else'
# what was made once is used again, and looked at again
table=$(echo runs/of-file/models/*/teacher/Aldermoor.csv)
sed -i '2d' "$table"
rm -r runs/of-file/checkpoints
expect 3 'is not the table that was written there; remove it' 1 train small.yaml --run runs/of-file "${distil[@]}" 'teacher.runs=[two.cassette]'
rm -r runs/of-file/models
ranks 3 train small.yaml --run runs/of-file "${distil[@]}" 'teacher.runs=[two.cassette]' >out.txt 2>err.txt || fail "$(cat err.txt)"
[ "$(digest runs/of-file/checkpoints/best-Aldermoor-student.h5)" = "$(digest runs/of-directory/checkpoints/best-Aldermoor-student.h5)" ] ||
  fail 'differs after the tables were made anew'

# --- what does not fit ---

refused() # FRAGMENT FILE: as a voice
{
  for n in 1 3; do expect 3 "$1" $n evaluate small.yaml --run runs/twice --with "$2" seed=1; done
}
refused_teacher() # FRAGMENT FILE [WORD…]: before there are features, and before training
{
  rm -rf runs/refused
  expect 3 "$1" 3 prepare small.yaml --run runs/refused "${distil[@]}" "teacher.runs=[$2]" "${@:3}"
  rm -rf runs/refused
  expect 3 "$1" 1 run small.yaml --run runs/refused "${distil[@]}" "teacher.runs=[$2]" "${@:3}"
  [ ! -e runs/refused/checkpoints ] || fail 'trained before it was refused'
}

# its only model was trained on the cities that the other folds test
export_run runs/2 one.cassette --fold Aldermoor
refused 'one.cassette: has no model that was not trained on the clips that fold .* tests' one.cassette
refused_teacher 'one.cassette: has no model that fold .* was held out of' one.cassette
ranks 1 run small.yaml --run runs/official split.protocol=official >out.txt 2>err.txt || fail "$(cat err.txt)"
export_run runs/official official.cassette
refused 'official.cassette: has no model that was not trained on the clips that fold Aldermoor tests' official.cassette
refused_teacher 'official.cassette: has no model that fold Aldermoor was held out of' official.cassette
# no fold tests the evaluation set
ranks 1 predict small.yaml --run runs/twice --with official.cassette seed=1 >out.txt 2>err.txt || fail "$(cat err.txt)"

refused_teacher 'two.cassette: its models of fold Aldermoor know other labels' two.cassette dataset.hide_labels=0.5 split.seed=1

ranks 1 run small.yaml --run runs/frames features.frames=32 features.store= >out.txt 2>err.txt || fail "$(cat err.txt)"
export_run runs/frames frames.cassette
refused 'frames.cassette: hears other features than this run has: .*frames=32 .*here .*frames=48 ' frames.cassette
refused_teacher 'frames.cassette: hears other features' frames.cassette

mkdir data/other
ln -s ../tiny/audio data/other/audio
sed '1s/.*/filename,city,session,scene_label/; s/,Bus/,Coach/' data/tiny/APSIPA2025_GC_ASC_dev_metadata.csv >data/other/table.csv
ranks 1 run small.yaml --run runs/other dataset.layout=csv dataset.root=data/other dataset.truth= features.store= >out.txt 2>err.txt || fail "$(cat err.txt)"
export_run runs/other other.cassette
refused "other.cassette: answers 'Coach', which is no class of this run's data" other.cassette
refused_teacher "other.cassette: answers 'Coach'" other.cassette

echo text >text.cassette
refused 'text.cassette: is no model' text.cassette
refused_teacher 'text.cassette: is no model' text.cassette
head -c 20000 two.cassette >cut.cassette
refused 'cut.cassette: ' cut.cassette
refused 'none.cassette/predictions/held-out/.*no such table' none.cassette
