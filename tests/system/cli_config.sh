#!/usr/bin/env bash
# Bad configurations stop every command on every rank before anything is written.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

printf 'dataset: {root: data}\n' >good.yaml
printf 'dataset:\n  root: data\ntrain:\n  bacth: 3\n' >bad.yaml
for command in prepare features train evaluate predict run; do
  expect 2 "bad.yaml:4:3: unknown key 'bacth' in section 'train', did you mean 'batch'?" 1 $command bad.yaml
  expect 2 "override 'train.batch=0': train.batch: 0 is out of range, allowed: 2 to 65536" 1 \
    $command good.yaml train.batch=0
done
expect 2 "bad.yaml:4:3: unknown key" 3 run bad.yaml
[ "$(grep -o '(rank 0 of 3' err.txt | wc -l)" -eq 1 ] || fail "not one rank named: $(cat err.txt)"
expect 2 "override 'run.threads=x'" 2 run good.yaml run.threads=x
[ -e runs ] && fail "a refused configuration left a run directory"

# some of the unit tests' bad files, through the program: one line, exit 2
for file in "$repository"/tests/config/bad/[bdeu]*.yaml; do
  fragment=$(head -1 "$file" | sed 's/^# expect: //')
  code=0
  "$cassette" prepare "$file" >out.txt 2>err.txt || code=$?
  [ $code -eq 2 ] || fail "$file: exit $code: $(cat err.txt)"
  grep -qaF -- "$fragment" err.txt || fail "$file: $(cat err.txt)"
  [ "$(wc -l <err.txt)" -eq 1 ] || fail "$file: more than one line: $(cat err.txt)"
done
[ -e runs ] && fail "a refused configuration left a run directory"

# the shipped examples are accepted; what they then lack is data
for file in "$configs"/*.yaml; do
  expect 3 "" 1 prepare "$file" dataset.root=nowhere dataset.pretrain= --run "run-$(basename "$file" .yaml)"
done

# scripts ask the program: info --get, and submit by it, whatever a file's name, keys and line ends look like
expect 2 "no key 'features.stroe'" 1 info --get features.stroe good.yaml
expect 2 '--get needs a configuration' 1 info --get name
expect 2 "'seed=3' goes with --get KEY only" 1 info good.yaml seed=3
expect 2 "bad.yaml:4:3: unknown key 'bacth'" 1 info --get run bad.yaml
[ "$(ranks 2 info --get seed good.yaml seed=77)" = 77 ] || fail 'info --get at 2 ranks'
[ "$("$cassette" info --get split.held_out good.yaml 'split.held_out=[Null, a]')" = '["Null", a]' ] || fail 'info --get of a list'
mkdir bin-slurm 'seed=1' 'a dir'
for tool in sbatch squeue scancel; do printf '#!/bin/sh\nexit 0\n' >bin-slurm/$tool; done
chmod +x bin-slurm/*
# submits CONFIG WORD…: the words of its first job, one a line
submits() { PATH=$work/bin-slurm:$PATH CASSETTE=$cassette "$repository/scripts/submit" --dry-run --only train "$@"; }
# goes_to DIR WORD…: scripts/submit and the program agree on the run directory and keep every word whole
goes_to()
{
  local dir=$1 said
  shift
  [ "$("$cassette" info --get run "$@")" = "$dir" ] || fail "$*: runs in $("$cassette" info --get run "$@"), not $dir"
  said=$(submits "$@") || fail "submit $*"
  eval "set -- 0 ${said#*train.sbatch }"
  [ "$4" = "$dir" ] || fail "submit says --run $4, not $dir: $said"
  eval "set -- ${said%% sbatch *}"
  [ "$3" = "CASSETTE_JOBS=$dir/jobs" ] || fail "submit says $3: $said"
}
printf 'name: crlf\r\ndataset: {root: data}\r\n' >crlf.yaml
printf 'name: my run # mine\ndataset: {root: data}\n' >blanks.yaml
printf "'name': \"it's a %%s $ run\"\ndataset: {root: data}\n" >quoted.yaml
printf '\357\273\277"name" : marked\ndataset: {root: data}\n' >marked.yaml
printf 'extends: quoted.yaml\n' >child.yml
printf 'extends: ../blanks.yaml\n' >'seed=1/config.yaml'
printf 'extends: ../blanks.yaml\n' >'a dir/b c.yaml'
goes_to runs/good good.yaml
goes_to runs/crlf crlf.yaml
goes_to 'runs/my run' blanks.yaml
goes_to "runs/it's a %s \$ run" quoted.yaml
goes_to runs/marked marked.yaml
goes_to runs/child child.yml seed=3
goes_to runs/config seed=1/config.yaml train.batch=4
goes_to 'runs/b c' 'a dir/b c.yaml'
goes_to 'runs/two words' good.yaml 'name=two words'
code=0
submits bad.yaml >out.txt 2>err.txt || code=$?
[ $code -eq 2 ] && grep -q "bad.yaml:4:3: unknown key 'bacth'" err.txt || fail "submit of a bad file: exit $code: $(cat err.txt)"
[ ! -s out.txt ] || fail "submit of a bad file: $(cat out.txt)"
