#!/usr/bin/env bash
# Paths and names that programs take for options or formats: refused by the program, harmless to the scripts.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
hostile=(-delete -exec --help '!' '(' -n '%s%n' '$(touch seen)' '`touch seen`' 'a b' "it's")
mkdir -p precious
echo kept >precious/file

# the program
for value in -delete --help -n; do
  for key in dataset.root dataset.truth dataset.pretrain features.store; do
    expect 2 "$key: '$value' begins with '-'.*write ./ before it" 1 prepare "$configs/tiny.yaml" "$key=$value"
  done
  expect 2 "name: '$value' cannot name a directory" 1 prepare "$configs/tiny.yaml" "name=$value"
done

# jobs/common.sh: where a run stands, from whatever stands in the run's files
position_of() # RUN
{
  SLURM_JOB_ID=1 SLURM_SUBMIT_DIR=$repository CASSETTE=$cassette bash -c '. "$1"; choose_program; run=$(plain "$2"); position' _ "$repository/jobs/common.sh" "$1"
}
for value in "${hostile[@]}"; do
  rm -rf ./runs
  mkdir -p runs/x
  printf 'dataset: {root: data}\nfeatures:\n  store: "%s"\n' "$value" >runs/x/config.yaml
  [ "$(position_of runs/x)" = '0 feature shards' ] || fail "store $value: $(position_of runs/x)"
  mkdir -p "./$value/features" && touch "./$value/features/shard-1.h5"
  mkdir "./$value.store" && touch "./$value.store/shard-1.h5"
  sed -i "s/\"\$/.store&/" runs/x/config.yaml
  case $value in -*) want=0 ;; *) want=1 ;; esac # the program refuses such a store
  [ "$(position_of runs/x)" = "$want feature shards" ] || fail "store $value is there: $(position_of runs/x)"
  [ "$(position_of "$value")" = '1 feature shards' ] || fail "run $value: $(position_of "$value")"
  rm -r "./$value" "./$value.store"
  [ "$(cat precious/file)" = kept ] && [ ! -e seen ] || fail "$value did harm"
done

# scripts/submit: names in what squeue and sbatch are asked for
mkdir -p stubs
printf '#!/bin/sh\nprintf "%%s\\n" "$@" >>"$CALLS"\necho 7\n' >stubs/sbatch
printf '#!/bin/sh\nprintf "%%s\\n" "$@" >>"$CALLS"\n' >stubs/squeue
chmod +x stubs/*
for value in 'a%s%n' 'x%d' 'a\tb'; do
  : >calls
  cp "$configs/tiny.yaml" hostile.yaml
  sed -i '/^name:/d' hostile.yaml
  CASSETTE=$cassette CALLS=$work/calls PATH=$work/stubs:$PATH "$repository/scripts/submit" hostile.yaml --run -delete "name=$value" >out.txt 2>err.txt ||
    fail "submit $value: $(cat err.txt)"
  grep -qFx -- "$value-features,$value-train,$value-evaluate,$value-report,$value-shared,$value-ablation," calls || fail "squeue was asked: $(cat calls)"
  grep -qFx -- "--job-name=$value-train" calls || fail "sbatch was asked: $(cat calls)"
  grep -qFx -- ./-delete calls || fail "the run directory: $(cat calls)"
  [ "$(cat precious/file)" = kept ] || fail "$value did harm"
done
