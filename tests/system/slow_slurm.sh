#!/usr/bin/env bash
# On a Slurm cluster of three nodes, everything that happens to jobs on one: each run ends in the bits of
# one undisturbed rank, with no hand touching it, or stops and says why.
#   slow_slurm.sh PROGRAM [SHARED [SCENARIO...]]      only these scenarios (functions below)
# shellcheck disable=SC2034,SC2154,SC2317
on_disk=yes
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/system/slurm_lib.sh
. "$repository/tests/system/slurm_lib.sh"
for tool in slurmdbd mariadbd; do
  command -v $tool >/dev/null || {
    echo "skipped: no $tool here; scripts/dependencies slow installs it"
    exit 77
  }
done

make_small 'run: {checkpoint_s: 0.5, stall_s: 8}'
ranks 1 run small.yaml --run runs/whole >out.txt 2>err.txt || fail "$(cat err.txt)"
# accounting, and a partition whose jobs make way for those of another, with 40 s to save
cat >slurm-more.conf <<'E2'
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
PartitionName=low Nodes=ALL PriorityTier=1 PreemptMode=REQUEUE GraceTime=40 State=UP
PartitionName=urgent Nodes=ALL PriorityTier=10 PreemptMode=OFF State=UP
E2
SLURM_LAB_ACCT=dbd SLURM_LAB_CONF=$work/slurm-more.conf lab_tool up 3 2>err.txt || fail "no cluster: $(cat err.txt)"

# train RUN [WORD…]: a training job on the features that are there, its steps held open.
train()
{
  local run=runs/$1
  shift
  mkdir -p "$run"
  cp -r runs/whole/{features,manifest.csv,prepare.json} "$run/"
  CST_DELAY=${delay:-step:400} submit --only train small.yaml --run "$run" "$@"
}
batch_host() { job_says "$1" BatchHost; }
other_host() { lab scontrol show hostnames "$(job_says "$1" NodeList)" | grep -vx "$(batch_host "$1")" | tail -1; }
trained_well() # RUN SECONDS
{
  ended_well "$job_train" "$2"
  same_bits "runs/$1" trained
}
accounted() # JOB: state and exit status of its last attempt, by the accounting
{
  lab sacct -X -n -P -j "$1" -o State,ExitCode | tail -1
}
is_accounted() { [ "$(accounted "$1")" = "$2" ]; }

# --- the scenarios ---

# six ranks on three nodes, from audio to report, without an accident
chain()
{
  site 'nodes=3'
  submit small.yaml --run runs/chain
  ended_well "$job_report" 300
  same_bits runs/chain
  log_has runs/chain train '6 ranks x 1 thread; n1: cores'
  grep '"event":"epoch"' runs/chain/metrics.jsonl | python3 -c '
import json, sys
for line in sys.stdin:
    step = json.loads(line)["step_s"]
    assert len(step["ranks"]) == 6, step
    assert all(0 <= least <= mean <= most for least, mean, most in step["ranks"]), step
    assert 0 < step["min"] <= step["mean"] <= step["max"], step
    assert abs(step["max"] - step["ranks"][step["slowest_rank"]][1]) < 1e-12, step
    assert step["slowest_host"] in ("n1", "n2", "n3"), step
' || fail 'step_s'
  is_accounted "$job_train" 'COMPLETED|0:0' || fail "accounting: $(accounted "$job_train")"
}

# the same through srun and its PMIx
by_srun()
{
  site 'nodes=3 tasks_per_node=1 launcher=srun'
  train srun
  wait_for 120 training steps_done runs/srun 3
  lab scancel --signal=USR1 "$job_train"
  trained_well srun 240
  log_has runs/srun train 'saved'
}

# threads from --cpus-per-task, bound by either launcher
threads()
{
  local launcher
  for launcher in mpirun srun; do
    site 'nodes=2 tasks_per_node=1 cpus_per_task=2 binding=auto' "launcher=$launcher"
    delay=none:0 train "threads-$launcher"
    trained_well "threads-$launcher" 200
    log_has "runs/threads-$launcher" train '2 ranks x 2 threads; n[12]: cores '
  done
}

# Slurm's own notice before the time limit
time_limit()
{
  site 'nodes=2 time=00:01:00 notice_s=30'
  delay=step:1200 train limit
  trained_well limit 400
  log_has runs/limit train 'saved after USR1'
  [ "$(job_says "$job_train" Restarts)" -ge 1 ] || fail 'the time limit did not come'
}

# USR1 to the job's steps; TERM to the batch script
signals()
{
  site 'nodes=2'
  train signals
  wait_for 120 training steps_done runs/signals 3
  lab scancel --signal=USR1 "$job_train"
  wait_for 120 'the second attempt' attempt_begun runs/signals train 2
  lab scancel --batch --signal=TERM "$job_train"
  wait_for 120 'the third attempt' attempt_begun runs/signals train 3
  trained_well signals 200
  log_has runs/signals train 'saved after TERM'
}

# rank 0 killed
killed_rank()
{
  site 'nodes=2'
  train killed
  wait_for 120 training steps_done runs/killed 3
  kill -9 "$(rank_pid 0 runs/killed)" || fail 'no rank to kill'
  trained_well killed 240
  log_has runs/killed train 'died with exit status'
}

# a rank that does not move any more is named with its node
stalled_rank()
{
  site 'nodes=3 tasks_per_node=1'
  train stalled
  wait_for 120 training steps_done runs/stalled 3
  kill -STOP "$(rank_pid 1 runs/stalled)" || fail 'no rank to stop'
  trained_well stalled 240
  log_has runs/stalled train 'rank 1 on n[123] has not responded for .* s; last seen .*stage '
}

# power loss of a node; the network of another one cut; power loss of the node with the batch script
lost_nodes()
{
  local lost
  site 'nodes=2'
  delay=step:900 train nodes
  wait_for 120 training steps_done runs/nodes 3
  lost=$(other_host "$job_train")
  node crash "$lost"
  wait_for 150 'the second attempt' attempt_begun runs/nodes train 2
  node start "$lost"
  lost=$(other_host "$job_train")
  node cut "$lost"
  wait_for 150 'the third attempt' attempt_begun runs/nodes train 3
  node heal "$lost"
  lost=$(batch_host "$job_train")
  node crash "$lost"
  wait_for 150 'the fourth attempt' attempt_begun runs/nodes train 4
  node start "$lost"
  trained_well nodes 240
}

# slurmctld goes away, a rank dies meanwhile, slurmctld comes back
controller()
{
  site 'nodes=2'
  train controller
  wait_for 120 training steps_done runs/controller 3
  node stop ctld
  kill -9 "$(rank_pid 3 runs/controller)" || fail 'no rank to kill'
  sleep 12
  node start ctld
  trained_well controller 240
}

# a job makes way for a more urgent one, with time to save (srun), or as it can (mpirun)
preempted()
{
  local launcher urgent
  for launcher in srun mpirun; do
    site "nodes=2 tasks_per_node=1 partition=low launcher=$launcher"
    train "preempted-$launcher"
    wait_for 120 training steps_done "runs/preempted-$launcher" 3
    urgent=$(lab sbatch --parsable --partition=urgent --nodes=3 --exclusive --output=urgent.log --wrap='sleep 3')
    ended_well "$urgent" 180
    trained_well "preempted-$launcher" 240
    [ "$(job_says "$job_train" Restarts)" -ge 1 ] || fail 'was not preempted'
  done
  log_has runs/preempted-srun train 'saved'
}

# a run that dies at the same step again is left alone, and what waits for it leaves the queue
same_step()
{
  site 'nodes=1' 'evaluate_nodes=1'
  mkdir -p runs/same
  cp -r runs/whole/{features,manifest.csv,prepare.json} runs/same/
  # every attempt hangs in its 4th step, and the only checkpoint is the first
  CST_DELAY=step:1000000:4 submit small.yaml --run runs/same run.checkpoint_s=1000 run.stall_s=2
  wait_for 200 'the end of training' has_ended "$job_train"
  [ "$(job_says "$job_train" ExitCode)" = 4:0 ] || fail "exit code $(job_says "$job_train" ExitCode)"
  wait_for 20 'accounting' is_accounted "$job_train" 'FAILED|4:0'
  log_has runs/same train 'for the second time at the same place: event:step stage:pretrain epoch:0 step:2'
  [ "$(job_says "$job_train" Restarts)" -eq 1 ] || fail 'not one restart'
  wait_for 30 'the dependent jobs to leave' has_state "$job_report" CANCELLED
  # and when the cause is gone, the same command goes on
  submit small.yaml --run runs/same
  ended_well "$job_report" 240
  same_bits runs/same
}

# wrong configuration: its exit status, at once
usage_error()
{
  site 'nodes=1'
  submit --only train small.yaml --run runs/usage train.epoch=3
  wait_for 100 'the end' has_ended "$job_train"
  wait_for 20 'accounting' is_accounted "$job_train" 'FAILED|2:0'
  log_has runs/usage train "did you mean 'epochs'"
}

# a start that hangs in MPI_Init is ended and made again
hung_start()
{
  site 'nodes=2 start_s=15'
  cat >hangs-once <<E2
#!/bin/bash
if [ "\$1" = train ] && [ ! -e $work/hung-once ]; then touch $work/hung-once; exec sleep 1000; fi
exec $cassette "\$@"
E2
  chmod +x hangs-once
  CASSETTE=$work/hangs-once train hung
  trained_well hung 240
  log_has runs/hung train 'has not left MPI_Init after 15 s: ended'
  log_has runs/hung train 'start 1 of 3 failed'
}

# an attempt that cannot start where the one before lost a rank says nothing of that place
no_start()
{
  site 'nodes=2'
  printf '%s\n' '#!/bin/bash' "[ ! -e $work/broken ] || exit 1" "exec $cassette \"\$@\"" >breaks
  chmod +x breaks
  CASSETTE=$work/breaks train unstarted
  wait_for 120 training steps_done runs/unstarted 3
  touch broken
  kill -9 "$(rank_pid 0 runs/unstarted)" || fail 'no rank to kill'
  wait_for 120 'starts that fail' grep -q 'start 3 of 3 failed' runs/unstarted/jobs/*-train-*.log
  rm broken
  trained_well unstarted 240
}

# features that do not fit in memory are copied to the nodes' disks
staged()
{
  site 'nodes=2' "local_disk=$work/local"
  delay=none:0 train staged dataset.cache_gib=0
  trained_well staged 200
  [ "$(find local -name 'shard-*.h5' | wc -l)" -eq $((2 * $(find runs/staged/features -name 'shard-*.h5' | wc -l))) ] ||
    fail "copies: $(find local)"
}

# an ablation: an element of the array that loses a rank queues itself again, and no other
array()
{
  local cell
  site 'nodes=1'
  printf 'extends: %s\n' "$configs/ablation-tiny.yaml" >grid.yaml
  CST_DELAY=step:1000 submit --ablation grid.yaml
  wait_for 300 'the third cell' steps_done runs/grid/one-shot/Aldermoor/seed-1 2
  kill -9 "$(rank_pid 1 'runs/grid --cell 3')" || fail 'no rank to kill'
  ended_well "$job_report" 300
  for cell in 1 2 3 4; do
    has_state "${job_ablation}_$cell" COMPLETED || fail "cell $cell: $(job_says "${job_ablation}_$cell" JobState)"
    [ "$(job_says "${job_ablation}_$cell" Restarts)" -eq $((cell == 3)) ] || fail "cell $cell: queued again $(job_says "${job_ablation}_$cell" Restarts) times: $(cat runs/grid/jobs/*_$cell.log)"
  done
  ranks 1 ablate grid.yaml --run runs/alone >out.txt 2>err.txt || fail "$(cat err.txt)"
  for cell in supervised one-shot; do
    for run in Aldermoor/seed-1 Aldermoor/seed-2; do
      diff <("$cassette" info "runs/alone/$cell/$run" | grep '^digest: ') \
        <("$cassette" info "runs/grid/$cell/$run" | grep '^digest: ') || fail "cell $cell/$run: other bits"
    done
  done
  [ -s runs/grid/report/report.md ] || fail 'no comparison'
}

# a user's scancel is final
cancelled()
{
  site 'nodes=2'
  train cancelled
  wait_for 120 training steps_done runs/cancelled 3
  lab scancel "$job_train"
  wait_for 60 'the end' has_state "$job_train" CANCELLED
  sleep 8
  has_state "$job_train" CANCELLED || fail "came back: $(job_says "$job_train" JobState)"
}

all=(chain by_srun threads time_limit signals killed_rank stalled_rank lost_nodes controller preempted same_step
  usage_error hung_start no_start staged cancelled array)
[ $# -le 2 ] || all=("${@:3}")
for scenario in "${all[@]}"; do
  since=$SECONDS
  $scenario
  printf '%-14s %4d s\n' "$scenario" $((SECONDS - since))
done
