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
  expect 3 "" 1 prepare "$file" dataset.root=nowhere dataset.pretrain_root= --run "run-$(basename "$file" .yaml)"
done
