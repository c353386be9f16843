#!/usr/bin/env bash
# Another member of the family than the paper's: a network of four residual blocks trains, its bits depend on no rank and no thread, and
# its stages begin from one another's weights.
. "$(dirname "$0")/lib.sh"
make_small 'model: {blocks: [8, 8, 16, 16], residual: true, pool: [[2, 2], [2, 2], [2, 2], [1, 2]], encoder_layers: 0,
  aggregate: mean, head_dropout: 0.2}' 'train: {epochs: 2}'

ranks 1 run small.yaml --run runs/1x1 >out.txt 2>err.txt || fail "$(cat err.txt)"
fingerprint runs/1x1 >want.txt
for what in '^best-pretrain.h5 ' '^best-.*-student.h5 ' 'predictions/' '"stage": "student".*"loss"'; do
  grep -q "$what" want.txt || fail "nothing to compare of $what"
done
for what in 1x2 3x1 3x2 5x1 5x2; do
  ranks "${what%x*}" run small.yaml --run "runs/$what" run.threads="${what#*x}" >out.txt 2>err.txt || fail "$what: $(cat err.txt)"
  fingerprint "runs/$what" >got.txt
  cmp want.txt got.txt || fail "$what differs from 1 rank with 1 thread: $(diff want.txt got.txt | head)"
done

# the network is what the configuration says, and a member that is none is refused before anything is made
expect 2 'model pool of block 4 = 2 x 16: 3 x 8 pixels are there' 1 run small.yaml --run runs/none 'model.pool=[[2, 2], [2, 2], [4, 2], [2, 16]]' model.pooled_frames=1

# what it costs is told
"$cassette" info runs/1x1 >out.txt
grep -q '^network: [0-9]* parameters, .* multiply-adds a clip$' out.txt || fail "info does not tell what the network costs: $(cat out.txt)"
grep -q '"network_parameters"' runs/1x1/record.json || fail "record.json has no network"
