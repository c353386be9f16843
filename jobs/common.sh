# shellcheck shell=bash
# What the jobs share: start the program on all ranks, save in time, go on after an interruption.
#
# A job file sources this and calls   run_job STEP COMMAND... -- WORD...
# COMMANDs of cassette are run in turn with the WORDs; each skips what is done, so an attempt may
# begin with the first of them again.  How an attempt ends:
#
#   0           all commands are done
#   2, 3, 4     usage, data, numbers: nobody gains by trying again
#   75          saved after USR1 (Slurm's notice before the time limit) or TERM: queued again
#   other       died (a rank was killed, the watchdog spoke, a node was lost): queued again, unless
#               it died at the same place before: exit status 4
#
# What must outlive an attempt is in $CASSETTE_JOBS/ID.state, three lines: how the attempt ended
# ("running" when it could not say), where the last death was, and the run directory.

if [ -z "${SLURM_JOB_ID:-}" ]; then
  echo "${0##*/}: runs inside a Slurm job: scripts/submit CONFIG.  Without Slurm: mpirun -n N cassette run CONFIG" >&2
  exit 2
fi
root=${CASSETTE_ROOT:-$SLURM_SUBMIT_DIR}
# shellcheck source=jobs/site.sh
. "${CASSETTE_SITE:-$root/jobs/site.sh}"
if [ ${#modules[@]} -gt 0 ]; then
  command -v module >/dev/null || . /etc/profile.d/modules.sh || . /etc/profile.d/lmod.sh
  module load "${modules[@]}" || exit 2
fi
set -uo pipefail

readonly USAGE=2 NUMBERS=4 INTERRUPTED=75
readonly STARTS=3 # tries to get all ranks through MPI_Init
attempt=${SLURM_RESTART_COUNT:-0}
# An element of an array is queued again by itself; the bare number would mean the whole array.
if [ -n "${SLURM_ARRAY_JOB_ID:-}" ]; then
  job=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID
else
  job=$SLURM_JOB_ID
fi

# A path that no program takes for an option.
plain() { case $1 in [-!\(]*) printf './%s' "$1" ;; *) printf '%s' "$1" ;; esac }

say() { printf '%s job %s: %s\n' "$(date '+%F %T')" "$job" "$*" >&2; }
die() {
  say "$*"
  exit $USAGE
}

# --- the program and its launcher ---

# shellcheck source=jobs/program.sh
. "$root/jobs/program.sh"

choose_launcher() {
  [ "$launcher" != auto ] || {
    if command -v mpirun >/dev/null; then launcher=mpirun; else launcher=srun; fi
  }
  case $launcher in
    mpirun) command -v mpirun >/dev/null || die 'no mpirun here; set modules or launcher in jobs/site.sh' ;;
    srun) srun --mpi=list 2>&1 | grep -q pmix ||
      die 'no mpirun, and no pmix in srun --mpi=list; set modules or launcher in jobs/site.sh' ;;
    *) die "launcher=$launcher: mpirun, srun or auto" ;;
  esac
}

# Cores of this node against what its ranks want.
choose_binding() {
  local here=${SLURM_TASKS_PER_NODE:-1} cores
  here=${here%%[(,]*}
  cores=$(env -u OMP_NUM_THREADS -u OMP_THREAD_LIMIT nproc) # both would be its answer
  [ "$binding" = auto ] || return 0
  binding=core
  if [ "$cores" -lt $((here * threads)) ]; then
    say "not bound: $cores cores for $here ranks of $threads threads on ${SLURMD_NODENAME:-this node}"
    binding=none
  fi
}

# The words before the program, in `launch`.
launch_words() {
  case $launcher.$binding in
    mpirun.none) launch=(mpirun -n "$ranks" --map-by slot --bind-to none) ;;
    mpirun.*) launch=(mpirun -n "$ranks" --map-by "slot:PE=$threads" --bind-to core) ;;
    # 22.05's srun does not take over the batch job's --cpus-per-task
    srun.none) launch=(srun --mpi=pmix --kill-on-bad-exit=1 --cpus-per-task="$threads" --cpu-bind=none) ;;
    srun.*) launch=(srun --mpi=pmix --kill-on-bad-exit=1 --cpus-per-task="$threads" --cpu-bind=cores) ;;
  esac
}

# --- where a run stands ---

# The last event of its journal, or the number of feature shards: equal where nothing was done.
position() {
  local store
  if [ -s "$run/metrics.jsonl" ]; then
    tail -n 1 "$run/metrics.jsonl" | grep -oE '"(event|stage|fold|epoch|step)":[^,}]*' | tr -d '"' | paste -sd' '
  elif [ -n "$run" ]; then
    store=$("${program[@]}" info --get features.store "$run/config.yaml" 2>/dev/null)
    echo "$(find "$(plain "${store:-$run/features}")" -name 'shard-*.h5' 2>/dev/null | wc -l) feature shards"
  else
    echo 'the start'
  fi
}

remember() { # how the attempt ends
  known_run=$run
  printf '%s\n' "$1" "$died_at" "$run" >"$state.new" && mv "$state.new" "$state"
}

# --- the end of an attempt ---

# A job that Slurm is ending (scancel, the hard time limit) is not ours to bring back.  slurmctld may
# be down for a while; once it has heard, Slurm ends this shell as it waits.
queue_again() { # exit status if that cannot be
  local try
  trap - USR1 TERM
  if [ "$attempt" -ge "$restarts" ]; then
    say "was queued again $attempt times, which is the limit; scripts/submit goes on from here"
    exit "$1"
  fi
  for try in 1 2 3 4 5 6 7 8; do
    local known
    known=$(squeue -h -j "$job" -o %T)
    case $known in
      RUNNING) if scontrol requeue "$job"; then sleep 600; fi ;;
      ?*)
        say "Slurm ends this job itself ($known); should it not come back, scripts/submit goes on from here"
        exit "$1"
        ;;
    esac
    sleep $((5 * try))
  done
  say 'cannot be queued again (messages above); scripts/submit goes on from here'
  exit "$1"
}

# Queue again after a death, or stop here if this place was seen before.
died() { # exit status, what happened
  local here
  here=${unstarted:-$(position)}
  if [ "$here" = "$died_at" ]; then
    say "$2 for the second time at the same place: $here"
    say 'giving up: what ends it there must be found first (see the messages above); then scripts/submit goes on'
    exit $NUMBERS
  fi
  say "$2 at: $here"
  died_at=$here
  remember died
  queue_again "$1"
}

# Saved in time.  A time limit that leaves no room for a single step must not go round for ever.
interrupted() {
  if [ "$caught" = USR1 ] && [ "$(position)" = "$began_at" ]; then
    died $INTERRUPTED 'the time limit came before anything was done,'
  fi
  case $status in
    0 | "$INTERRUPTED") say "saved${caught:+ after $caught} at: $(position)" ;;
    *) say "ended by $caught (exit status $status) at: $(position)" ;;
  esac
  remember interrupted
  queue_again $INTERRUPTED
}

# --- running the program ---

# A signal that comes while MPI starts would end the launcher: it is passed on when all ranks run.
pass_on() {
  [ -n "$caught" ] && [ -z "$passed" ] || return 0
  kill -USR1 "$child" 2>/dev/null # mpirun passes on USR1; on TERM it would end the ranks
  passed=yes
}
on_signal() {
  caught=$1
  say "caught $1"
}

child_runs() { kill -0 "$child" 2>/dev/null; }

end_child() {
  kill -TERM "$child" 2>/dev/null
  for _ in 1 2 3 4 5; do
    child_runs || return 0
    sleep 1
  done
  kill -KILL "$child" 2>/dev/null
}

# The program has started: all ranks have left MPI_Init; rank 0 names its run directory when it has one.
has_started() {
  local named
  [ -s "$sign" ] || return 1
  named=$(head -n 1 "$sign")
  [ -z "$named" ] || run=$(plain "$named")
}

# Ranks beat in a file of the run directory, which goes when they end well.  A file that never changes
# is of an earlier start.
look_for_life() {
  local now
  now=$(stat -c %y "$run/heartbeat" 2>/dev/null)
  if [ -z "$now" ]; then
    alive_s=0
  elif [ -n "$beat" ] && [ "$now" != "$beat" ]; then
    alive_s=$SECONDS
  fi
  beat=$now
}

# Wait for the program's end; sets `status`, and `hung` to what was wrong when it had to be ended.
attend() {
  local since=$SECONDS pause=0.2 beat='' alive_s=0
  hung=
  while child_runs; do
    sleep $pause &
    wait $! # a trap ends it early
    [ $((SECONDS - since)) -lt 20 ] || pause=2
    if has_started; then
      [ "$known_run" = "$run" ] || remember running
      pass_on
      look_for_life
      [ $alive_s -eq 0 ] || [ $((SECONDS - alive_s)) -lt "$silence_s" ] ||
        hung="has shown no sign of life for $silence_s s"
    else
      [ $((SECONDS - since)) -lt "$start_s" ] || hung="has not left MPI_Init after $start_s s"
    fi
    if [ -n "$hung" ]; then
      say "$launcher $hung: ended"
      end_child
    fi
  done
  wait "$child"
  status=$?
  child=
  [ -z "$hung" ] || [ $status -ne 0 ] || status=1
}

# Start on all ranks, again if need be, until MPI_Init was left; then attend to it.
run_command() { # cassette's words
  local try
  for ((try = 1; try <= STARTS; try++)); do
    rm -f "$sign"
    passed='' status=0
    launch_words
    "${launch[@]}" "${program[@]}" "$@" </dev/null &
    child=$!
    attend
    # its own exit statuses come from a program that has started
    case $status in 0 | 2 | 3 | 4 | 75) return ;; esac
    if has_started || [ -n "$caught" ]; then return; fi
    say "start $try of $STARTS failed in MPI_Init (exit status $status)"
    [ "$try" -lt $STARTS ] || unstarted='MPI_Init' # whatever died before died elsewhere
    if [ "$launcher" = mpirun ]; then binding=none; fi # one thing that mpirun may have refused
  done
}

# mpiruns of one user on one node share a directory, which the end of one removes under another that
# starts: jobs of an array are such.  Only for this node: nobody would clear it up on the others.
own_session_directory() {
  OMPI_MCA_orte_tmpdir_base=$(mktemp -d "${TMPDIR:-/tmp}/cassette-$job-XXXXXX") || exit 3
  PRTE_MCA_prte_tmpdir_base=$OMPI_MCA_orte_tmpdir_base # Open MPI 5
  export OMPI_MCA_orte_tmpdir_base PRTE_MCA_prte_tmpdir_base
  trap 'rm -rf "$OMPI_MCA_orte_tmpdir_base"' EXIT
}

prepare_attempt() { # step
  CASSETTE_JOBS=$(plain "${CASSETTE_JOBS:-runs/jobs}")
  export CASSETTE_JOBS
  mkdir -p "$CASSETTE_JOBS" || exit 3
  state=$CASSETTE_JOBS/$job.state sign=$CASSETTE_JOBS/$job.started
  threads=${SLURM_CPUS_PER_TASK:-1} ranks=${SLURM_NTASKS:-1}
  status=0 child='' caught='' passed='' unstarted='' died_at='' run='' known_run=''
  choose_program
  choose_launcher
  choose_binding
  launch_words
  export OMP_NUM_THREADS=$threads CST_START_FILE=$sign CST_LOCAL_DIR=$local_disk
  export SLURM_EXPORT_ENV=ALL  # sbatch --export would keep these from the other nodes
  export SLURM_PMIX_FENCE=ring # 22.05's tree lets ranks pass too early
  if [ "$launcher" = mpirun ]; then
    unset SRUN_CPUS_PER_TASK # its own srun starts one daemon a node, which needs all cores
    export SLURM_WHOLE=1
    [ "${SLURM_JOB_NUM_NODES:-1}" -gt 1 ] || own_session_directory
  fi
  say "$1, attempt $((attempt + 1)): $ranks ranks on $SLURM_JOB_NODELIST, $threads threads each: ${launch[*]}"
}

# What the attempt before this one left; one that left no word is a death, too.
recall() {
  local ended=
  if [ "$attempt" -eq 0 ]; then
    rm -f "$state" "$sign"
  elif [ -s "$state" ]; then
    { read -r ended && read -r died_at && read -r run; } <"$state"
    run=$(plain "$run")
  fi
  [ -n "$run" ] || has_started
  began_at=$(position)
  [ "$ended" = running ] || return 0
  if [ "$began_at" = "$died_at" ]; then died $NUMBERS 'the attempt before this one ended without a word'; fi
  say "the attempt before this one ended without a word (a node lost, or killed) at: $began_at"
  died_at=$began_at
}

begin() { # step
  prepare_attempt "$1"
  trap 'on_signal USR1' USR1
  trap 'on_signal TERM' TERM
  recall
  remember running
}

# What `status` means for the job; returns when there is more to do.
judge() { # command
  case $status in
    0) ;;
    2 | 3 | 4)
      remember failed
      say "$1: exit status $status (message above)"
      exit $status
      ;;
    75) interrupted ;;
    *)
      [ -z "$caught" ] || interrupted
      died $status "$1: ${hung:-died with exit status $status}"
      ;;
  esac
}

end_well() { # step
  rm -f "$state" "$sign"
  say "$1 is done"
}

run_job() {
  local step=$1 commands=() command
  shift
  while [ "$1" != -- ]; do
    commands+=("$1")
    shift
  done
  shift
  begin "$step"
  for command in "${commands[@]}"; do
    [ -z "$caught" ] || interrupted
    run_command "$command" "$@"
    judge "$command"
  done
  end_well "$step"
}

# The same for a command of one process, on the first node.
run_alone() { # step, words
  local step=$1
  shift
  begin "$step"
  "${program[@]}" "$@"
  status=$?
  judge "$step"
  end_well "$step"
}
