#!/usr/bin/env bash
# docker/Dockerfile built without a container engine; in the image, as its user: a run on two ranks in the bits of
# this build, and a job through the Slurm of target `cluster`.
# shellcheck disable=SC2034,SC2154
on_disk=yes
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
export PATH=$PATH:/usr/sbin:/sbin
for tool in buildah debootstrap; do
  command -v $tool >/dev/null || {
    echo "skipped: no $tool here; scripts/dependencies slow installs it"
    exit 77
  }
done
[ "$(id -u)" -eq 0 ] || {
  echo 'skipped: debootstrap and buildah --isolation chroot need root'
  exit 77
}
export BUILDAH_ISOLATION=chroot
build() { buildah --root "$work/images" --runroot "$work/run" "$@"; }

# what the Dockerfile starts from
debootstrap --variant=minbase bookworm root http://deb.debian.org/debian >debootstrap.log 2>&1 || {
  grep -qiE 'retriev|download|resolve' debootstrap.log && {
    echo 'skipped: no Debian mirror can be reached'
    exit 77
  }
  fail "debootstrap: $(tail -3 debootstrap.log)"
}
base=$(build from scratch)
build add --quiet "$base" root / >/dev/null
build commit --quiet --rm "$base" localhost/debian:bookworm-slim >/dev/null
rm -rf root

git -C "$repository" ls-files -z | (cd "$repository" && tar -c --null -T - --ignore-failed-read) | tar -x --one-top-level=context
build bud --quiet --pull-never --target cluster -f context/docker/Dockerfile -t cassette-cluster context >bud.log 2>&1 ||
  fail "the image: $(tail -20 bud.log)"

# in COMMAND…: in a container of the image, as its user unless told otherwise
box=$(build from --pull-never localhost/cassette-cluster)
in_box() { build run --user "${user:-cassette}" --workingdir /work --env OMPI_MCA_mpi_yield_when_idle=1 "$box" -- "$@"; }
in_box sh -c 'id -un; cassette info; ! command -v cc' >box.txt 2>&1 || fail "info: $(cat box.txt)"
grep -qx cassette box.txt || fail "not its own user: $(cat box.txt)"

# quickstart's job in small: two ranks, and one, in the same bits
in_box sh -ec '
  cassette synth --preset tiny --out data/tiny
  cassette synth --preset tiny --layout tau --out data/tiny-tau
  mpirun -n 2 cassette run /opt/cassette/share/cassette/configs/tiny.yaml
  cassette run /opt/cassette/share/cassette/configs/tiny.yaml --run runs/one
  for run in tiny one; do cassette info runs/$run | grep ^digest: >$run.txt; done
  cmp tiny.txt one.txt
  test -s runs/tiny/report/report.md' >out.txt 2>&1 || fail "two ranks: $(tail -20 out.txt)"

# the cluster of docker/compose.yaml on one host: head and node in one container, with a network of its own
cat >cluster.sh <<'E'
export CLUSTER_HEAD=localhost CLUSTER_NODES=localhost CASSETTE_SITE=/work/site.sh
echo '. /opt/cassette/cluster/site.sh; nodes=1 tasks_per_node=2' >site.sh
/opt/cassette/cluster/start head >head.log 2>&1 &
until sinfo >/dev/null 2>&1; do sleep 0.5; done
/opt/cassette/cluster/start node >node.log 2>&1 &
until sinfo -h -o %T | grep -q idle; do sleep 0.5; done
su cassette -s /bin/bash -c '
  export PATH=/opt/cassette/bin:$PATH CASSETTE=/opt/cassette/bin/cassette
  /opt/cassette/share/cassette/scripts/submit /opt/cassette/share/cassette/configs/tiny.yaml --run runs/queued
  while [ -n "$(squeue -h)" ]; do sleep 1; done
  cassette info runs/queued | grep ^digest: | cmp - tiny.txt && test -s runs/queued/report/report.md' ||
  { tail -n 20 runs/queued/jobs/*.log head.log node.log; exit 1; }
E
build copy --quiet --chown cassette "$box" cluster.sh /work/cluster.sh >/dev/null
command -v ip >/dev/null || exit 0
export -f in_box build
export box work
user=root timeout 400 unshare --net --uts --mount --pid --fork --kill-child bash -c '
  mount -t proc proc /proc && hostname localhost && ip link set lo up &&
  ip link add here type veth peer name there && ip link set there up && # Open MPI wants more than a loopback
  ip addr add 10.250.78.1/24 dev here && ip link set here up &&
  in_box bash -e cluster.sh' >cluster.txt 2>&1 || fail "the cluster: $(tail -30 cluster.txt)"
