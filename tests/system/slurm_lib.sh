# shellcheck shell=bash
# Shared by the Slurm tests: sourced after on_disk=yes and lib.sh.  A cluster of its own (scripts/slurm-lab),
# in whose nodes the working directory is the shared file system.
export PATH=$PATH:/usr/sbin:/sbin
unset OMPI_MCA_plm OMPI_MCA_pml OMPI_MCA_btl OMPI_MCA_orte_tmpdir_base PRTE_MCA_prte_tmpdir_base # several nodes
for tool in sbatch slurmctld slurmd munged ip setsid mpirun; do
  command -v $tool >/dev/null || {
    echo "skipped: no $tool here; scripts/dependencies slurm installs it"
    exit 77
  }
done
[ -d /sys/devices/system/cpu ] || {
  echo 'skipped: no /sys here (a bare chroot?), and nodes want to know their processors'
  exit 77
}
SLURM_LAB_DIR=$(mktemp -d /tmp/cst-lab-XXXXXX) # short: unix sockets have 108 bytes
chmod 755 "$SLURM_LAB_DIR" # munged insists
export SLURM_LAB_DIR CASSETTE=$cassette CASSETTE_SITE=$work/site.sh
trap 'lab_down' EXIT

lab_tool() { "$repository/scripts/slurm-lab" "$@"; }
lab() { lab_tool run -- "$@"; }
node() { lab_tool node "$@" || fail "node $*"; }
lab_down()
{
  local code=$?
  if [ $code -ne 0 ]; then tail -n 25 "$work"/runs/*/jobs/*.log "$work"/*.log 2>/dev/null || true; fi
  lab_tool down >/dev/null 2>&1 || true
  rm -rf "$work" "$SLURM_LAB_DIR"
}

# site LINE…: the settings of this cluster, with more lines of them.
site()
{
  printf '%s\n' ". $repository/jobs/site.sh" 'nodes=2 tasks_per_node=2 mem_per_cpu= time=00:20:00' 'binding=none' \
    'start_s=90 silence_s=30' "$@" >"$work/site.sh"
}

# wait_for SECONDS WHAT COMMAND…: until COMMAND succeeds; SECONDS of an idle machine, which this one may not be.
wait_for()
{
  local until=$(($(date +%s) + 4 * $1)) what=$2
  shift 2
  until "$@"; do
    [ "$(date +%s)" -lt $until ] || fail "waited in vain: $what; $(lab squeue)"
    sleep 0.3
  done
}

# job_says ID KEY: as slurmctld has it, which may be slow to answer.
job_says()
{
  local try said
  for try in 1 2 3 4 5; do
    said=$(lab scontrol -o show job "$1" 2>/dev/null | tr ' ' '\n' | sed -n "s/^$2=//p" | head -n 1) || true
    [ -z "$said" ] || break
    sleep "$try"
  done
  echo "$said"
}
has_state() { [ "$(job_says "$1" JobState)" = "$2" ]; }
has_ended()
{
  case $(job_says "$1" JobState) in COMPLETED | FAILED | CANCELLED | TIMEOUT | NODE_FAIL) ;; *) false ;; esac
}

# submit WORD…: sets job_STEP to the number of each job.
submit()
{
  local step id
  lab "$repository/scripts/submit" "$@" >ids.txt 2>err.txt || fail "submit $*: $(cat err.txt)"
  while read -r step id; do printf -v "job_$step" %s "$id"; done <ids.txt
}

# steps_done RUN N: training has made N steps at least.
steps_done()
{
  local n
  n=$(grep -c '"event":"step"' "$1/metrics.jsonl" 2>/dev/null) || true
  [ "${n:-0}" -ge "$2" ]
}

# attempt_begun RUN STEP N: the N-th attempt of the job of this step is training.
attempt_begun()
{
  cat "$1"/jobs/*-"$2"-*.log 2>/dev/null | sed "1,/attempt $3: /d" | grep -q 'going on from\|stage .* clips'
}

# rank_pid RANK RUN: process of a rank, as this test sees it.
rank_pid()
{
  local pid
  for pid in $(pgrep -f -- "--run $2"); do
    if grep -qzx "OMPI_COMM_WORLD_RANK=$1" "/proc/$pid/environ" 2>/dev/null; then echo "$pid"; fi
  done
}

# ended_well JOB SECONDS: it did, and without a hand.
ended_well()
{
  wait_for "$2" "the end of job $1" has_ended "$1"
  has_state "$1" COMPLETED || fail "job $1: $(job_says "$1" JobState) $(job_says "$1" ExitCode)"
}

# same_bits RUN [trained]: all, or what training leaves, as an undisturbed run has it (runs/whole).
same_bits()
{
  local print=${2:-fingerprint}
  $print runs/whole >want.txt
  $print "$1" >got.txt
  cmp want.txt got.txt || fail "$1 differs from the undisturbed run: $(diff want.txt got.txt | head)"
}

# log_has RUN STEP TEXT
log_has()
{
  grep -q -- "$3" "$1"/jobs/*-"$2"-*.log || fail "no \"$3\" in the log: $(cat "$1"/jobs/*-"$2"-*.log)"
}
