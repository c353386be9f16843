#!/usr/bin/env bash
# Every strategy: the same bits on 1 rank and on 3 ranks with 2 threads that read features from disk and
# are interrupted on the way; averages, running statistics and memories are part of it.  Adaptation at
# test time is the same on any number of ranks, too.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# thresholds low enough that pseudo-labels are used from the first step
make_small 'pretrain: {epochs: 0}' 'train: {epochs: 2}' "features: {store: $work/store}" \
  'augment: {labelled: weak, mixup: 0.2, strong: {preset: default, mixstyle: {value: 0.3, p: 0.8}}}' 'strategy: {ema: 0.9, momentum: 0.9}'
names=$("$cassette" ablate small.yaml 'ablation.strategies=[]' --list 2>/dev/null | cut -f2 | sort -u)
[ "$(wc -w <<<"$names")" -ge 15 ] || fail "strategies: $names"

prepared() # RUN: features and what belongs to them are there
{
  mkdir -p "runs/$1"
  cp runs/base/{manifest.csv,prepare.json} "runs/$1"
}
for phase in prepare features; do ranks 1 $phase small.yaml --run runs/base >out.txt 2>err.txt || fail "$(cat err.txt)"; done

for name in $names fixmatch-mixed flexmatch-mixed; do
  options=(strategy.name="${name%-mixed}")
  [ "$name" = "${name%-mixed}" ] || options+=(strategy.mixup=0.75 strategy.threshold=0.15 strategy.alignment=1)
  case $name in
    thresholded | fixmatch | uda | flexmatch) options+=(strategy.threshold=0.15) ;;
    soft) options+=(strategy.init=teacher) ;;
  esac
  prepared one
  prepared three
  ranks 1 train small.yaml --run runs/one "${options[@]}" >out.txt 2>err.txt || fail "$name: $(cat err.txt)"
  trained runs/one >want.txt
  grep -q student want.txt || fail "$name: no student: $(cat want.txt)"
  code=0
  CST_DELAY=step:30 ranks 3 train small.yaml --run runs/three "${options[@]}" run.threads=2 dataset.cache_gib=0 \
    run.walltime_s=1 >out.txt 2>err.txt || code=$?
  [ $code -eq 75 ] || [ $code -eq 0 ] || fail "$name: exit $code: $(cat err.txt)"
  ranks 2 train small.yaml --run runs/three "${options[@]}" >out.txt 2>err.txt || fail "$name: $(cat err.txt)"
  trained runs/three >got.txt
  cmp want.txt got.txt || fail "$name differs: $(diff want.txt got.txt | head)"
  if [ "$name" = fixmatch ]; then
    # pseudo-labels are checked by labels that training does not see: without them it ends in the same bits
    prepared blind
    ranks 1 train small.yaml --run runs/blind "${options[@]}" dataset.truth= >out.txt 2>err.txt || fail "$(cat err.txt)"
    cmp <(grep '^best-' want.txt) <(trained runs/blind | grep '^best-') || fail "training depends on dataset.truth"
    grep -q '"pseudo_labels_checked_by":"hidden labels"' runs/one/metrics.jsonl || fail "not checked by dataset.truth"
    grep -q '"pseudo_labels_checked_by":"sessions"' runs/blind/metrics.jsonl || fail "not checked by sessions"
    mv runs/one runs/kept
  fi
  rm -rf runs/one runs/three
done

for adapt in adabn tent; do
  for n in 1 3; do
    ranks $n evaluate small.yaml --run runs/kept strategy.name=fixmatch strategy.threshold=0.15 evaluate.adapt=$adapt \
      evaluate.crops=3 >out.txt 2>err.txt || fail "$adapt: $(cat err.txt)"
    sha256sum <runs/kept/metrics.json >$adapt-$n.txt
  done
  cmp $adapt-1.txt $adapt-3.txt || fail "$adapt depends on the number of ranks"
done
cmp -s adabn-1.txt tent-1.txt && fail "tent changes nothing"
exit 0
