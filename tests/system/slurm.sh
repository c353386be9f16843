#!/usr/bin/env bash
# On a Slurm cluster of two nodes: a chain of jobs whose training is told to stop and queues itself again,
# then loses a rank and queues itself again, ends in the bits of one undisturbed rank.  slow_slurm.sh has
# the rest.
# shellcheck disable=SC2034,SC2154
on_disk=yes
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/system/slurm_lib.sh
. "$repository/tests/system/slurm_lib.sh"
make_small 'run: {checkpoint_s: 0.5}'
ranks 1 run small.yaml --run runs/whole >out.txt 2>err.txt || fail "$(cat err.txt)"
lab_tool up 2 2>err.txt || fail "no cluster: $(cat err.txt)"
site 'features_nodes=1' 'evaluate_nodes=1'

# steps are held open, so that something can happen in one
export CST_DELAY=step:300
submit small.yaml
wait_for 90 'training' steps_done runs/small 3
lab scancel --batch --signal=USR1 "$job_train"
wait_for 60 'the second attempt' attempt_begun runs/small train 2
log_has runs/small train 'saved after USR1 at: event:step stage:pretrain'
wait_for 30 'more steps' steps_done runs/small 6
kill -9 "$(rank_pid 2 runs/small)" || fail 'no rank to kill'
ended_well "$job_train" 120
log_has runs/small train 'died with exit status'
log_has runs/small train 'attempt 3: 4 ranks'
ended_well "$job_report" 60
same_bits runs/small
[ -s runs/small/report/report.md ] || fail 'no report'
[ "$(job_says "$job_train" Restarts)" -eq 2 ] || fail "training was queued again $(job_says "$job_train" Restarts) times"
