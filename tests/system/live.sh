#!/usr/bin/env bash
# A running job can be watched: a bar on a terminal, plain lines elsewhere, and `cassette info RUN` from
# any other process, also when the job is stopped or killed.
. "$(dirname "$0")/lib.sh"
make_small
run=runs/small
says() { "$cassette" info $run >info.txt 2>err2.txt || fail "info: $(cat err2.txt)"; grep -q "$1" info.txt || fail "no \"$1\": $(cat info.txt)"; }

for phase in prepare features; do "$cassette" $phase small.yaml --run $run >/dev/null 2>err.txt || fail "$(cat err.txt)"; done
says '^job: none running$'

# slow for its lines, then held in the second epoch
CST_RELEASE=$work/release CST_DELAY=step:3000,step:3600000:7 "$cassette" train small.yaml --run $run >out.txt 2>err.txt &
job=$!
until grep -q '"event":"step".*"epoch":1' $run/metrics.jsonl 2>/dev/null; do
  kill -0 $job || fail "ended: $(cat err.txt)"
  sleep 0.1
done
grep '^cassette: pretrain epoch 1: ' err.txt >lines.txt || fail "no plain lines: $(cat err.txt)"
grep -qE '[0-9]+/40  [0-9.]+/s  left [0-9]+:[0-9]{2}  loss [0-9.]+  accuracy [0-9.]+ %$' lines.txt ||
  fail "no rate, time, loss and accuracy: $(cat lines.txt)"
grep -q "$(printf '\r')" err.txt && fail "control characters in a file"
says "^job: running, process $job on $(hostname); 1 rank on 1 host; .* (stage pretrain, epoch [12]"
says '^progress: stage pretrain, epoch [12] of 2, step [0-9] of 5'
says '^rate: [0-9.]* clips/s$'
says '^remaining: 0:[0-9]* in this epoch, 0:[0-9]* in this stage at most$'
says '^last step: loss [0-9.]*$'
"$cassette" info $run | tail -1 | grep -q '^digest: ' || fail "the digest is not the last line"

kill -STOP $job
says "^job: process $job on $(hostname) holds the lock but shows no sign of life"
kill -KILL $job
wait $job 2>/dev/null || true
says "^job: none running; the last one, process $job on $(hostname), was killed"

bars() # COLUMNS COMMAND…
{
  CST_DELAY=step:150 python3 "$repository/tests/system/terminal.py" "$1" "$cassette" "${@:2}" small.yaml --run $run >bars.txt ||
    fail "bar at $1 columns"
}
if python3 -c 'import pty; pty.openpty()' 2>/dev/null; then
  bars 100 train
  [ "$(cat bars.txt)" -ge 10 ] || fail "$(cat bars.txt) bars only"
else
  echo "no terminals here: bars not tested" >&2
  "$cassette" train small.yaml --run $run >/dev/null 2>err.txt || fail "$(cat err.txt)"
fi
says '^job: none running$'
says '^progress: training is done$'
if [ -e bars.txt ]; then
  rm -r $run
  bars 42 run
fi

# without heartbeats the lock alone speaks
CST_DELAY=step:1000 "$cassette" train small.yaml --run runs/second run.stall_s=0 >/dev/null 2>err.txt && fail "trained unprepared"
"$cassette" prepare small.yaml --run runs/second run.stall_s=0 >/dev/null 2>err.txt || fail "$(cat err.txt)"
run=runs/second
hold shard-written features small.yaml --run $run run.stall_s=0
says "^job: running, process $job on $(hostname)$"
let_go
wait $job || fail "$(cat err.txt)"
