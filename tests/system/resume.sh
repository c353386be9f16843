#!/usr/bin/env bash
# Stopped by a signal or by the wall-time limit again and again, each time resumed on another number of
# ranks and threads, a run ends in the bits of an undisturbed one.
. "$(dirname "$0")/lib.sh"
make_tiny
ranks 1 run "$configs/tiny.yaml" --run runs/whole >/dev/null 2>err.txt || fail "$(cat err.txt)"
fingerprint runs/whole >whole.txt

run_until_done()
{
  local run=$1 attempt=0 code ranks threads
  shift
  while :; do
    attempt=$((attempt + 1))
    [ $attempt -le 60 ] || fail "$run: no end after $attempt starts"
    ranks=$((attempt % 3 + 1)) threads=$((attempt % 2 + 1)) code=0
    "$@" $ranks "$run" $threads >out.txt 2>err.txt || code=$?
    [ $code -eq 0 ] && break
    [ $code -eq 75 ] || fail "$run: exit $code at $ranks ranks: $(cat err.txt)"
  done
  echo "$run: $attempt starts"
  fingerprint "$run" >got.txt
  cmp whole.txt got.txt || fail "$run differs: $(diff whole.txt got.txt | head)"
}

# shellcheck disable=SC2317
by_walltime() { ranks "$1" run "$configs/tiny.yaml" --run "$2" run.threads="$3" run.walltime_s=1.5; }

# mpirun forwards USR1 to the ranks
# shellcheck disable=SC2317
by_signal()
{
  mpirun -n "$1" --oversubscribe "$cassette" run "$configs/tiny.yaml" --run "$2" run.threads="$3" &
  local job=$! code=0
  sleep 1.2 # long after exec, soon enough to hit training
  kill -USR1 $job 2>/dev/null || true
  wait $job || code=$?
  return $code
}

run_until_done runs/walltime by_walltime
run_until_done runs/signal by_signal
