#!/usr/bin/env bash
# A rank that stops or hangs ends the job by itself, and is named; one that is only slow does not.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
make_small 'run: {stall_s: 5}'
ranks 1 run small.yaml --run runs/whole >out.txt 2>err.txt || fail "$(cat err.txt)"
fingerprint runs/whole >want.txt

# ended: the job in the background ($job) must end by itself, with a failure, soon after $since.
ended()
{
  local code=0
  wait $job || code=$?
  [ $code -ne 0 ] || fail "a stalled job ended well"
  [ $code -ne 137 ] || fail "the job had to be killed"
  [ $(($(date +%s) - since)) -le 60 ] || fail "the job took $(($(date +%s) - since)) s to end itself"
  [ "$(grep -c 'no progress for run.stall_s = 5 s' err.txt)" -eq 1 ] || fail "not one rank spoke: $(cat err.txt)"
}

resumed() # RUN: whatever else keeps the machine busy
{
  ranks 2 run small.yaml --run "$1" run.stall_s=600 >out.txt 2>err.txt || fail "$1: $(cat err.txt)"
  fingerprint "$1" >got.txt
  cmp want.txt got.txt || fail "$1: $(diff want.txt got.txt | head)"
}

# a process that is stopped, rank 0 among them; steps are slow so that it is stopped in one of them
for victim in 2 0; do
  run=runs/stopped-$victim
  CST_DELAY=step:500 timeout -s KILL 600 mpirun -n 3 "$cassette" run small.yaml --run $run \
    >out.txt 2>err.txt &
  job=$!
  until [ -n "$(find $run/checkpoints -name 'last-*3.json' 2>/dev/null)" ]; do
    kill -0 $job 2>/dev/null || fail "the job ended too early: $(cat err.txt)"
    sleep 0.1
  done
  since=$(date +%s)
  for pid in $(pgrep -f -- "run small.yaml --run $run"); do
    if grep -qzxE "(OMPI_COMM_WORLD|PMI)_RANK=$victim" "/proc/$pid/environ"; then kill -STOP "$pid"; fi
  done
  ended
  grep -q "error: rank $victim on .* has not responded for .* s; last seen .* (stage " err.txt ||
    fail "rank $victim is not named: $(cat err.txt)"
  resumed $run
done

# a file system that hangs in one rank while features are read
since=$(date +%s)
uneven 3 1 CST_DELAY=read:100000:3 run small.yaml --run runs/hung dataset.cache_gib=0 >out.txt 2>err.txt &
job=$!
ended
grep -q 'error: rank 1 on .* has not moved for .* in reading features (stage pretrain, epoch 1, step 1)' err.txt ||
  fail "rank 1 is not named: $(cat err.txt)"
resumed runs/hung

# 70 reads that take 0.2 s each: no stall, though the others wait for longer than the watchdog would
mkdir runs/slow
cp -r runs/whole/{features,manifest.csv,prepare.json} runs/slow/
since=$(date +%s)
uneven 3 1 CST_DELAY=read:200 train small.yaml --run runs/slow run.stall_s=7 >out.txt 2>err.txt ||
  fail "a slow rank ended the job: $(cat err.txt)"
[ $(($(date +%s) - since)) -ge 13 ] || fail "the slow rank was not slow"
resumed runs/slow
