#!/usr/bin/env bash
# A damaged checkpoint is passed over, a damaged model or shard is made again, a damaged record costs
# nothing; in the end all bits are those of a run that nothing happened to.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
make_small
ranks 1 run small.yaml --run runs/whole >out.txt 2>err.txt || fail "$(cat err.txt)"
fingerprint runs/whole >whole.txt

trained runs/whole >trained.txt

again() # WHAT: to the very end
{
  ranks 2 run small.yaml --run runs/hurt >out.txt 2>err.txt || fail "$1: $(cat err.txt)"
  fingerprint runs/hurt >got.txt
  cmp whole.txt got.txt || fail "$1: $(diff whole.txt got.txt | head)"
}

train_again() # WHAT
{
  ranks 2 train small.yaml --run runs/hurt >out.txt 2>err.txt || fail "$1: $(cat err.txt)"
  trained runs/hurt >got.txt
  cmp trained.txt got.txt || fail "$1: $(diff trained.txt got.txt | head)"
}

# Train until step 12, which is the second of fine-tuning; the checkpoint before is of the first.
train_half()
{
  rm -rf runs/hurt/checkpoints runs/hurt/metrics.jsonl
  hold step:12 train small.yaml --run runs/hurt run.checkpoint_s=1e-6
  stop_held USR1
  [ $code -eq 75 ] || fail "exit $code instead of 75: $(cat err.txt)"
  grep -q 'checkpointed in stage finetune' err.txt || fail "stopped elsewhere: $(cat err.txt)"
}

ranks 1 prepare small.yaml --run runs/half >out.txt 2>err.txt || fail "$(cat err.txt)"
ranks 1 features small.yaml --run runs/half >out.txt 2>err.txt || fail "$(cat err.txt)"
mv runs/half runs/hurt
train_half
mv runs/hurt runs/half

# hurt WHAT COMMAND…: damage something of a run that was stopped half way, and let it go on with $next
next=train_again
hurt()
{
  local what=$1
  shift
  rm -rf runs/hurt
  cp -a runs/half runs/hurt
  "$@"
  $next "$what"
}

payload() { newest runs/hurt; }
manifest() { payload | sed 's/h5$/json/'; }
flip() { printf '\xff' | dd of="$1" bs=1 seek=$(($(stat -c %s "$1") / 2)) conv=notrunc status=none; }

hurt "flipped byte" eval 'flip "$(payload)"'
grep -q 'using the checkpoint before it' err.txt || fail "the damaged checkpoint was not named"
hurt "truncated payload" eval 'truncate -s 1000 "$(payload)"'
hurt "payload without manifest" eval 'rm "$(manifest)"'
hurt "empty manifest" eval ': >"$(manifest)"'
hurt "all checkpoints damaged" eval 'for file in runs/hurt/checkpoints/last-*.h5; do flip "$file"; done'
hurt "flipped byte in a finished model" flip runs/hurt/checkpoints/best-pretrain.h5
grep -q 'best-pretrain.h5.*training goes back' err.txt || fail "the damaged model was not named: $(cat err.txt)"
hurt "finished model without manifest" rm runs/hurt/checkpoints/best-pretrain.json
next=again
hurt "truncated shard" eval 'truncate -s -100 "$(find runs/hurt/features -name "shard-*.h5" | sort | sed -n 1p)"'
hurt "flipped byte in a shard" eval 'flip "$(find runs/hurt/features -name "shard-*.h5" | sort | tail -1)"'
hurt "broken record" eval 'echo "{" >runs/hurt/record.json'

# after the end: what evaluation needs is made again, and the last checkpoint is not missed
flip runs/hurt/checkpoints/best-Aldermoor-student.h5
expect 3 'best-.*-student.h5.*cassette train. goes back' 2 evaluate small.yaml --run runs/hurt
again "flipped byte in a model, after the end"
rm "$(payload)" "$(manifest)"
again "last checkpoint removed, after the end"

# other data than training began with are not mixed in
rm -rf runs/hurt
cp -a runs/half runs/hurt
wave=$(find data/tiny/audio -name '*.wav' | sort | sed -n 1p)
cp "$wave" kept.wav
: >"$wave"
expect 3 'was trained on other data' 2 run small.yaml --run runs/hurt
cp kept.wav "$wave"
again "changed data, put back"
