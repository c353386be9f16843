#!/usr/bin/env bash
# What a job script relies on, without one: the sign that MPI has started, the cores of the ranks, and the
# copy of the features on a disk of the node's own.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
make_small
ranks 1 run small.yaml --run runs/whole >out.txt 2>err.txt || fail "$(cat err.txt)"
trained runs/whole >want.txt

# train RANKS RUN WORD…: on the features that are there; the messages in err.txt
train()
{
  local n=$1 run=runs/$2
  shift 2
  mkdir "$run"
  cp -r runs/whole/{features,manifest.csv,prepare.json} "$run/"
  ranks "$n" train small.yaml --run "$run" dataset.cache_gib=0 "$@" >out.txt 2>err.txt || fail "$run: $(cat err.txt)"
  (unset CST_START_FILE && trained "$run") | cmp - want.txt || fail "$run: other bits" # info gives the sign, too
}
says() { grep -q -- "$1" err.txt || fail "no \"$1\": $(cat err.txt)"; }
host=$(hostname)

# the sign holds the run directory; one that cannot be written is no reason to fail
CST_START_FILE=$work/started train 2 sign
[ "$(cat started)" = runs/sign ] || fail "the sign: $(cat started)"
says "cassette: 2 ranks x 1 thread; $host: cores [0-9,-]* | [0-9,-]*$"
CST_START_FILE=$work/nowhere/started train 1 nosign
says 'warning: CST_START_FILE: '

# more threads than cores
cores=$(env -u OMP_NUM_THREADS nproc)
train 2 crowded run.threads="$cores"
says "warning: $host: 2 ranks of $cores threads* share $cores cores*; start fewer"

# the copy: made, used, kept, freed of what is not in the store
CST_LOCAL_DIR=$work/disk train 3 copied
says 'features are read from .*/disk/cassette-'
copy=$(echo disk/cassette-*)
shards() { (cd "$1" && sha256sum shard-*.h5); }
shards "$copy" >copied.txt
shards runs/copied/features | cmp - copied.txt || fail 'the copy is not one'
before=$(stat -c %i:%y "$copy"/*)
cp "$(find "$copy" -name '*.h5' | head -1)" "$copy/shard-stale.h5"
rm -r runs/copied/checkpoints
CST_LOCAL_DIR=$work/disk ranks 2 train small.yaml --run runs/copied dataset.cache_gib=0 >out.txt 2>err.txt
[ "$(stat -c %i:%y "$copy"/*)" = "$before" ] || fail 'copied again, or a stale shard was left'
trained runs/copied | cmp - want.txt || fail 'with the kept copy: other bits'
# read from the copy indeed: one that is damaged is noticed
rm -r runs/copied/checkpoints
for shard in "$copy"/*.h5; do
  stamp=$(stat -c %y "$shard")
  dd if=/dev/zero of="$shard" bs=1024 seek=20 count=40 conv=notrunc status=none
  touch -d "$stamp" "$shard"
done
CST_LOCAL_DIR=$work/disk expect 3 "$copy" 2 train small.yaml --run runs/copied dataset.cache_gib=0

# no place for it: said, and the shared store is read
touch file
CST_LOCAL_DIR=$work/file train 2 nodir
says 'warning: .*file.*this node reads runs/nodir/features'
