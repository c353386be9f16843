#!/usr/bin/env bash
# A damaged checkpoint is passed over, a damaged shard is made again, a damaged record costs nothing.
. "$(dirname "$0")/lib.sh"
make_tiny
ranks 1 run "$configs/tiny.yaml" --run runs/whole >/dev/null 2>err.txt || fail "$(cat err.txt)"
fingerprint runs/whole >whole.txt

again()
{
  ranks 2 run "$configs/tiny.yaml" --run runs/hurt >out.txt 2>err.txt || fail "$1: $(cat err.txt)"
  fingerprint runs/hurt >got.txt
  cmp whole.txt got.txt || fail "$1: $(diff whole.txt got.txt | head)"
}

newest() { find runs/hurt/checkpoints -name "last-*.$1" | sort | tail -1; }

hurt() # WHAT COMMAND…: stop a run half way, damage something, and let it go on
{
  local what=$1
  shift
  rm -rf runs/hurt
  ranks 1 prepare "$configs/tiny.yaml" --run runs/hurt >/dev/null 2>err.txt || fail "$(cat err.txt)"
  ranks 1 features "$configs/tiny.yaml" --run runs/hurt >/dev/null 2>err.txt || fail "$(cat err.txt)"
  ranks 1 train "$configs/tiny.yaml" --run runs/hurt run.walltime_s=0.7 >/dev/null 2>err.txt || true
  [ -n "$(newest h5)" ] || fail "no checkpoint to damage"
  "$@"
  again "$what"
}

flip() { printf '\xff' | dd of="$1" bs=1 seek=$(($(stat -c %s "$1") / 2)) conv=notrunc status=none; }

hurt "flipped byte" eval 'flip "$(newest h5)"'
grep -q 'using the checkpoint before it' err.txt || fail "the damaged checkpoint was not named"
hurt "truncated payload" eval 'truncate -s 1000 "$(newest h5)"'
hurt "payload without manifest" eval 'rm "$(newest json)"'
hurt "empty manifest" eval ': >"$(newest json)"'
hurt "truncated shard" eval 'truncate -s -100 "$(find runs/hurt/features -name "shard-*.h5" | head -1)"'
hurt "flipped byte in a shard" eval 'flip "$(find runs/hurt/features -name "shard-*.h5" | tail -1)"'
hurt "broken record" eval 'echo "{" >runs/hurt/record.json'
