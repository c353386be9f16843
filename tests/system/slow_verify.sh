#!/usr/bin/env bash
# The paper's network at full width against PyTorch dumps made on the spot: every tolerance, at 1 and
# 3 ranks alike, by every convolution that trains.  Needs the shared peer and python3-torch.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

peer=$shared/peer/setrans_torch.py
python=/usr/bin/python3
if ! [ -r "$peer" ] || ! "$python" -c 'import torch, h5py' 2>/dev/null; then
  echo "skipped: needs $peer, python3-torch and python3-h5py" >&2
  exit 77
fi

# verify DUMP RANKS [OPTION…]: passes, and leaves its lines in verify.txt
verify()
{
  local dump=$1 n=$2
  shift 2
  ranks "$n" verify "$dump" "$@" >verify.txt 2>err.txt ||
    fail "$dump at $n ranks $*: $(grep MISSED verify.txt) $(cat err.txt)"
}

# sizes that divide nothing; and those of the recipe
"$python" "$peer" dump odd.h5 --batch 7 --frames 61 --steps 2
verify odd.h5 1
cp verify.txt one.txt
verify odd.h5 3
cmp one.txt verify.txt || fail "verify differs at 3 ranks"
verify odd.h5 2 --convolution im2col
"$python" "$peer" dump full.h5 --batch 4 --frames 500 --steps 1
verify full.h5 3

# whatever the seed, batch and frames: rounding differs, tolerances hold
# random BATCH FRAMES SEED
random()
{
  "$python" "$peer" dump random.h5 --batch "$1" --frames "$2" --seed "$3" --steps 2
  verify random.h5 2
  rm random.h5
}
for seed in 1 2 3 4 5 6 7 8 9 10 11 12 1486 3420 7200 7737; do
  case $((seed % 4)) in
    0) random 2 64 $seed ;;
    1) random 3 33 $seed ;;
    2) random 2 47 $seed ;;
    *) random 4 96 $seed ;;
  esac
done
random 2 120 1103 # running means of almost nothing beside their spread
random 4 80 6246  # a rectifier nearer to zero than rounding
random 1 40 5     # squeezes of exactly zero
