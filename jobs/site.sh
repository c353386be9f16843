# shellcheck shell=bash disable=SC2034
# This cluster: the one place for what differs from site to site.  Read by scripts/submit and by
# every job.  Edit it, or keep a copy elsewhere and name it: export CASSETTE_SITE=~/my-site.sh
#
# Any number of nodes, tasks and threads gives the same bits: choose what the queue gives soonest.
# STEP_NAME (features_time=..., evaluate_nodes=..., report_partition=..., ablation_time=...) sets NAME
# for one step only; steps are features, train, evaluate, report and ablation.

# --- resources: empty leaves it to the cluster's default ---
partition=
account=
nodes=1
tasks_per_node=16
cpus_per_task=1  # threads of a rank
mem_per_cpu=2G
time=08:00:00    # at its end a job saves, queues itself again and goes on: shorter starts sooner
sbatch_options=() # anything else, e.g. (--qos=long --constraint=avx512)

report_nodes=1 report_tasks_per_node=1 report_time=00:30:00
array_limit=     # cells of an ablation that may run at the same time; empty: no limit

# --- software ---
modules=()       # e.g. (gcc/12 openmpi/4.1), loaded in every job
container=       # an Apptainer image (docker/cassette.def); empty: the program of build/release
launcher=auto    # mpirun | srun | auto: mpirun where there is one, else srun --mpi=pmix
binding=auto     # core | none | auto: to cores where the node has enough of them
local_disk=${SLURM_TMPDIR:-} # a real disk of every node: features that do not fit in memory are copied there

# --- when things go wrong ---
notice_s=300     # a job saves so long before its time limit: two steps, one checkpoint
restarts=50      # a job queues itself again so many times at most
start_s=180      # a start that has not left MPI_Init by then is ended and tried again
silence_s=180    # ranks that have shown no sign of life for so long are gone, whatever the launcher says
