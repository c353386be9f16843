#!/usr/bin/env bash
# Every command line of README.md and docs/ is run, or checked where it needs a cluster or hours.
# docs_commands.py says how, and what a new command needs.
# shellcheck disable=SC2034
with_figures=yes
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

mkdir -p world/build/release world/configs world/data
cd world
ln -s "$(realpath "$cassette")" build/release/cassette
for entry in scripts jobs tests docs docker; do ln -s "$repository/$entry" .; done

# the configurations under their own names, with data and networks that take seconds
small='features: {frames: 48}
model: {blocks: [8, 16], reduction: 4, pooled_frames: 4, heads: 2, feedforward: 16}
train: {batch: 8, epochs: 1}
evaluate: {bootstrap: 20}
ablation: {strategies: [supervised], seeds: [1]}'
for stage in pretrain finetune student; do small+=$'\n'"$stage: {batch: 8, epochs: 1, steps: 0}"; done
find "$configs" -name '*.yaml' | while read -r path; do
  file=configs/${path#"$configs"/}
  mkdir -p "$(dirname "$file")"
  printf 'extends: %s\n%s\n' "$path" "$small" >"$file"
  if grep -q 'protocol: groups' "$path"; then echo 'split: {groups: {unseen: [Aldermoor]}}' >>"$file"; fi
done
echo 'split: {held_out: [Aldermoor]}' >>configs/tiny.yaml # one fold, not all

# the data sets under the names that those configurations have
make_tiny >/dev/null
for name in demo cas; do ln -s tiny data/$name; done
for name in demo-tau tau; do ln -s tiny-tau data/$name; done
mkdir data/esc10
ln -s ../tiny/audio data/esc10/audio
awk -F, 'NR == 1 { print $0 ",city,session" } NR > 1 { print $0 ",fold" NR % 2 + 1 ",session" NR }' \
  data/tiny/truth.csv >data/esc10/esc10.csv

# what commands find: finished runs, a recording, a list of them
finish() { "$cassette" run "$@" >out.txt 2>&1 || fail "the run to look at: $(cat out.txt)"; }
finish configs/tiny.yaml
finish configs/demo.yaml
finish configs/tiny.yaml strategy.name=supervised --run runs/labels-only
cp -r runs/tiny runs/NAME
"$cassette" export runs/tiny model.cassette >out.txt 2>&1 || fail "a model to look at: $(cat out.txt)"
cp "$(find data/tiny/audio -name '*.wav' | sort | sed -n 1p)" clip.wav
echo clip.wav >list.txt
cd ..

commands=$repository/tests/system/docs_commands.py
python3 "$commands" "$repository" "$cassette" world || fail 'the documentation is wrong, see above'

# whether it would notice; DOCS, which chooses a page of the real ones, is not for this one
mkdir -p planted/docs
for entry in scripts jobs CMakePresets.json; do ln -s "$repository/$entry" planted; done
touch planted/README.md planted/CONTRIBUTING.md planted/docs/README.md
cat >planted/docs/bad.md <<'PAGE'
# Bad

    cassette trian CONFIG
    scripts/gone
    cmake --preset relaese

Text with `cassette run CONFIG train.epoch=3` and `sbatch jobs/gone.sbatch` and
`scripts/test --fast`, and [a link](gone.md), and [a heading](bad.md#good).

```sh
frobnicate --all
```

```yaml
dataset: {rot: data}
```
PAGE
env -u DOCS python3 "$commands" planted "$cassette" world >out.txt 2>err.txt && fail 'a page full of mistakes is fine'
for wrong in 3:.*trian 4:.*scripts/gone 5:.*relaese 7:.*epoch 7:.*jobs/gone 8:.*--fast 8:.*gone.md \
  '8:.*#good' 11:.*frobnicate 15:.*rot 'name bad.md'; do
  grep -q "bad.md:$wrong\|README.md does not $wrong" err.txt || fail "not noticed: $wrong: $(cat err.txt)"
done
