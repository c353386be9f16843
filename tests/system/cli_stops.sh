#!/usr/bin/env bash
# What happens to a job from outside: Ctrl-C in each phase, a reader that leaves, closed streams, a
# directory that may not be written to, a second job in its directory, phases out of order.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
make_small 'train: {epochs: 1}'

# out of order: each phase names the one to run first
for phase in features train evaluate predict; do
  expect 3 "run \`cassette prepare\` with the same CONFIG first" 1 $phase small.yaml
done
"$cassette" prepare small.yaml >out.txt 2>err.txt || fail "prepare: $(cat err.txt)"
expect 3 "run \`cassette features\`" 1 train small.yaml
"$cassette" features small.yaml >out.txt 2>err.txt || fail "features: $(cat err.txt)"
expect 3 "run \`cassette train\` with the same CONFIG first" 1 evaluate small.yaml
expect 3 "run \`cassette train\` with the same CONFIG first" 1 predict small.yaml
expect 3 "make it with: cassette evaluate" 1 report runs/small

# what training would miss is said before the features are made
expect 3 "gone: no pre-training data was found there; .* or set dataset.pretrain= to train" 1 \
  run small.yaml dataset.pretrain=gone --run runs/early
expect 3 "data/tiny/gone.csv: cannot read: No such file" 1 run small.yaml dataset.truth=gone.csv --run runs/early
expect 3 "data/tiny/gone.csv: cannot read: No such file" 1 train small.yaml dataset.truth=gone.csv --run runs/early
[ -e runs/early/features ] && fail "features were made for a training that cannot be"

# interrupt SIGNAL POINT FRAGMENT CODE [again]: while POINT is held open, SIGNAL; or twice
interrupt()
{
  local signal=$1 point=$2 fragment=$3 wanted=$4 again=${5-} code=0 job
  hold "$point" run small.yaml --run runs/stopped
  kill "-$signal" $job
  until_says 'asked to stop: saving; then the same command goes on' $job
  if [ "$again" ]; then kill "-$signal" $job; else let_go; fi
  wait $job || code=$?
  [ $code -eq "$wanted" ] || fail "$signal at $point: exit $code instead of $wanted: $(cat err.txt)"
  grep -q "$fragment" err.txt || fail "$signal at $point says: $(cat err.txt)"
}
interrupt TERM file-seen 'stopped by a signal while audio files were looked for; run the same command again' 75
interrupt TERM fold 'stopped by a signal while folds were made; run the same command again' 75
interrupt INT shard-written 'stopped between two feature shards by signal INT; run the same command' 75
for signal in INT HUP USR2 XCPU; do
  interrupt $signal step "checkpointed in stage pretrain, .* after signal $signal; run the same command" 75
done
interrupt INT step 'Ctrl-C again: at once' 130 again
# nohup: HUP is nothing
trap '' HUP
hold step run small.yaml --run runs/stopped
trap - HUP
kill -HUP $job
stop_held USR2
[ $code -eq 75 ] && grep -q 'after signal USR2' err.txt || fail "nohup: exit $code: $(cat err.txt)"
"$cassette" run small.yaml --run runs/stopped >out.txt 2>err.txt || fail "after the stops: $(cat err.txt)"
"$cassette" run small.yaml --run runs/whole >whole.txt 2>err.txt || fail "$(cat err.txt)"
fingerprint runs/whole >whole.txt
fingerprint runs/stopped | cmp - whole.txt || fail "a stopped run ends in other bits"

# a second start of a finished run does nothing again, and says the same
"$cassette" run small.yaml --run runs/whole >out.txt 2>err.txt || fail "a second run: $(cat err.txt)"
grep -q 'training is done already' err.txt || fail "a second run says: $(cat err.txt)"
fingerprint runs/whole | cmp - whole.txt || fail "a second run changed the first"
expect 2 'was trained with "train.batch: 8", now it is "train.batch: 4"; use --run' 1 run small.yaml \
  train.batch=4 --run runs/whole

# of a start that is refused nothing is left, whatever is wrong
sha256sum runs/whole/config.yaml runs/whole/record.json runs/whole/manifest.csv >kept.txt
for command in train evaluate predict run; do
  expect 3 "data/tiny/gone.csv: cannot read" 1 $command small.yaml dataset.truth=gone.csv --run runs/whole
  sha256sum -c --quiet kept.txt || fail "$command, which was refused, has written"
done

"$cassette" evaluate small.yaml dataset.truth= --run runs/whole >out.txt 2>err.txt || fail "other truth: $(cat err.txt)"
"$cassette" evaluate small.yaml --run runs/whole >out.txt 2>err.txt || fail "the truth again: $(cat err.txt)"
fingerprint runs/whole | cmp - whole.txt || fail "other truth has changed more than the scores"

# a reader that leaves: the job goes on to its end, and only then complains
code=0
"$cassette" run small.yaml --run runs/piped 2>err.txt | head -1 >out.txt || code=${PIPESTATUS[0]}
[ "$code" -eq 3 ] || fail "exit $code instead of 3 when the reader left"
grep -q 'standard output cannot be written: .*pipe closed; files of the command are whole' err.txt ||
  fail "a reader that left: $(cat err.txt)"
[ -s runs/piped/report/report.md ] || fail "a reader that left ended the job"
"$cassette" --help 2>err.txt | head -1 >out.txt || true
[ ! -s err.txt ] || fail "--help into head says: $(cat err.txt)"

# closed streams: no text of them may get into a file
code=0
"$cassette" run small.yaml --run runs/closed >&- 2>&- <&- || code=$?
[ $code -eq 3 ] || fail "exit $code instead of 3 with closed streams"
fingerprint runs/closed | cmp - whole.txt || fail "closed streams changed the results"

# two jobs in one directory: the second waits, and says for whom
mkdir runs/busy
exec 8>runs/busy/lock
flock 8
"$cassette" prepare small.yaml --run runs/busy >out.txt 2>err.txt 8>&- &
until_says 'runs/busy: waiting for another job to leave it' $!
exec 8>&-
wait $! || fail "a waiting job: $(cat err.txt)"

# little in the environment, an unknown language
env -i PATH="$PATH" "$cassette" info >out.txt 2>err.txt || fail "no environment: $(cat err.txt)"
[ -s err.txt ] && fail "no environment: $(cat err.txt)"
LC_ALL=de_DE.UTF-8 LANG=xx "$cassette" evaluate small.yaml --run runs/whole >out.txt 2>err.txt || fail "$(cat err.txt)"
fingerprint runs/whole | cmp - whole.txt || fail "the language changed the results"

# what may not be written to
chmod 755 "$work" # a stranger may come in
mkdir locked
chmod 555 locked
stranger=()
if [ "$(id -u)" -eq 0 ]; then stranger=(setpriv --reuid=65534 --regid=65534 --clear-groups); fi
if ! "${stranger[@]}" "$cassette" --version >out.txt 2>err.txt; then
  echo "read-only directories are not tried: $(head -1 err.txt)"
  exit 0
fi
cp runs/whole/config.yaml whole.yaml # whole: what small.yaml extends may be out of a stranger's reach
denied() # FRAGMENT WORD...
{
  local fragment=$1 code=0
  shift
  "${stranger[@]}" "$cassette" "$@" >out.txt 2>err.txt || code=$?
  [ $code -eq 3 ] || fail "exit $code instead of 3 without permission: $*: $(cat err.txt)"
  grep -q "$fragment: Permission denied; choose a directory you may write to" err.txt || fail "$*: $(cat err.txt)"
}
denied 'locked/run: cannot create directory' prepare whole.yaml --run locked/run
denied 'locked: cannot create files in this directory' prepare whole.yaml --run locked
denied 'locked/data: cannot create directory' synth --preset tiny --out locked/data
denied 'locked: cannot create files in this directory' features --file "$(find data/tiny/audio -name '*.wav' | sort | sed -n 1p)" --out locked/clip.h5
