#!/usr/bin/env bash
# Stopped by a signal or by the wall-time limit several times, each time resumed on another number of
# ranks and threads, a run ends in the bits of an undisturbed one.
. "$(dirname "$0")/lib.sh"
make_tiny
ranks 1 run "$configs/tiny.yaml" --run runs/whole >/dev/null 2>err.txt || fail "$(cat err.txt)"
fingerprint runs/whole >whole.txt

# run_until_done RUN COMMAND…: COMMAND RANKS RUN THREADS is interrupted six times at most, then left alone.
run_until_done()
{
  local run=$1 attempt=0 stopped=0 code
  shift
  while :; do
    attempt=$((attempt + 1)) code=0
    if [ $stopped -lt 6 ]; then
      "$@" $((attempt % 3 + 1)) "$run" $((attempt % 2 + 1)) || code=$?
    else
      ranks 2 run "$configs/tiny.yaml" --run "$run" >out.txt 2>err.txt || code=$?
    fi
    [ $code -eq 0 ] && break
    [ $code -eq 75 ] || fail "$run: exit $code: $(cat err.txt)"
    stopped=$((stopped + 1))
  done
  [ $stopped -ge 2 ] || fail "$run: interrupted $stopped times only"
  fingerprint "$run" >got.txt
  cmp whole.txt got.txt || fail "$run differs: $(diff whole.txt got.txt | head)"
}

# steps held open: else a fast machine is done before the first second
# shellcheck disable=SC2317
by_walltime()
{
  CST_DELAY=step:50 ranks "$1" run "$configs/tiny.yaml" --run "$2" run.threads="$3" run.walltime_s=1 >out.txt 2>err.txt
}

# in the seventh step of each start; mpirun forwards USR1 to the ranks
# shellcheck disable=SC2317
by_signal()
{
  launcher="mpirun -n $1" hold step:7 run "$configs/tiny.yaml" --run "$2" run.threads="$3"
  stop_held USR1
  return $code
}

run_until_done runs/walltime by_walltime
run_until_done runs/signal by_signal
