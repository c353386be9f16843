#!/usr/bin/env bash
# The file for TensorBoard, read by another reader than ours: what metrics.jsonl says, also after a kill
# has left events behind the checkpoint.
. "$(dirname "$0")/lib.sh"
python=/usr/bin/python3
if ! $python -c 'import google.protobuf, crc32c' 2>/dev/null; then
  echo "skipped: needs python3-protobuf and python3-crc32c to read TensorBoard's files" >&2
  exit 77
fi
make_small
run=runs/small
reader=$repository/tests/system/tfevents.py
steps() { cat $run/metrics.jsonl 2>/dev/null | grep -c '"event":"step"' || true; }

# killed inside an epoch, with events that no checkpoint holds
ranks 2 prepare small.yaml --run $run >/dev/null 2>err.txt || fail "$(cat err.txt)"
ranks 2 features small.yaml --run $run >/dev/null 2>err.txt || fail "$(cat err.txt)"
hold step:4 train small.yaml --run $run
kill -9 $job
wait $job 2>/dev/null || true
before=$(steps)
[ "$before" -ge 3 ] || fail "no steps: $(cat err.txt)"
first=$(find $run -name 'events.out.tfevents.*')
[ -s "$first" ] || fail "no file for TensorBoard while the job runs"

# resumed: a new file, since no reader goes back in one; the old one is gone
sleep 1.1
ranks 3 train small.yaml --run $run >/dev/null 2>err.txt || fail "$(cat err.txt)"
if [ -e "$first" ]; then fail "the file of the killed job is still there"; fi
scalars=$($python "$reader" $run 2>err.txt) || fail "$(tail -3 err.txt)"
[ "$scalars" -ge $((3 * $(steps))) ] || fail "$scalars scalars of $(steps) steps"
# of each step once
[ "$(grep '"event":"step"' $run/metrics.jsonl | sed 's/"loss".*//' | sort | uniq -d | wc -l)" -eq 0 ] ||
  fail "steps twice in metrics.jsonl"
# evaluating and predicting leave it alone
before=$(find $run -name 'events.out.tfevents.*')
ranks 2 run small.yaml --run $run >/dev/null 2>err.txt || fail "$(cat err.txt)"
[ "$(find $run -name 'events.out.tfevents.*')" = "$before" ] || fail "a finished run's file was replaced"
$python "$reader" $run >/dev/null 2>err.txt || fail "$(tail -3 err.txt)"
