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
says "warning: $host: 2 ranks of $cores threads* share $cores cores*; start fewer, or ask for more cores (mpi[a-z]* .*[=:]$cores)\$"
CST_START_FILE=$work/alone train 1 alone run.threads=$((cores + 1))
says "warning: $host: 1 rank of $((cores + 1)) threads share $cores cores*; start fewer\$"

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
damage() # SHARDS: unseen by size and age
{
  local shard stamp
  for shard in "$@"; do
    stamp=$(stat -c %y "$shard")
    head -c 64 /dev/urandom | dd of="$shard" bs=1 seek=$(($(stat -c %s "$shard") / 2)) conv=notrunc status=none
    touch -d "$stamp" "$shard"
  done
}
train_on_copy()
{
  rm -rf runs/copied/checkpoints runs/copied/metrics.jsonl
  CST_LOCAL_DIR=$work/disk ranks 2 train small.yaml --run runs/copied dataset.cache_gib=0 >out.txt 2>err.txt || fail "$1: $(cat err.txt)"
  trained runs/copied | cmp - want.txt || fail "$1: other bits"
}
# a copy with other bytes is made again, whatever its size and age
damage "$copy"/*.h5
train_on_copy 'an altered copy'
shards "$copy" | cmp - copied.txt || fail 'an altered copy was kept'
# read from the copy indeed: the store itself has lost its bytes meanwhile
cp -a runs/copied/features kept
damage runs/copied/features/*.h5
train_on_copy 'the copy beside a damaged store'
rm -r runs/copied/features
mv kept runs/copied/features
# somebody else's directory by that name is not trusted
mv "$copy" elsewhere
ln -s "$work/elsewhere" "$copy"
train_on_copy 'a link in place of the copy'
says "warning: .*$copy: is not a directory of this user's alone.*this node reads runs/copied/features"
rm "$copy"
mkdir -m 0777 "$copy"
train_on_copy 'a directory that all may write in'
says "is not a directory of this user's alone"

# no place for it: said, and the shared store is read
touch file
CST_LOCAL_DIR=$work/file train 2 nodir
says 'warning: .*file.*this node reads runs/nodir/features'
