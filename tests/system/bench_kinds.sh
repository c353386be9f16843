#!/usr/bin/env bash
# bench reduce says what exact sums add to a training step; bench layers times every convolution, bench products every
# product of the encoder.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

# details EXPRESSION: of the last line of bench.txt, as `d`
details()
{
  tail -1 bench.txt | python3 -c "import json,sys; d=json.load(sys.stdin)['details']; assert $1, d" ||
    fail "$1"
}

cat >small.yaml <<'YAML'
dataset: {root: none}
features: {frames: 32}
model: {blocks: [8, 16], reduction: 4, pooled_frames: 4, heads: 2}
YAML

for n in 1 3; do
  ranks "$n" bench reduce small.yaml --batch 4 --steps 2 --threads 1 >bench.txt 2>err.txt ||
    fail "bench reduce at $n ranks: $(cat err.txt)"
  details "d['train_step_s'] > 0 and d['exact_s'] > 0 and d['plain_s'] > 0 and d['exchanges'] == 10"
  # the two fractions differ by what the plain exchanges of BatchNorm take
  details "abs((d['fraction_local'] - d['fraction']) * d['train_step_s']
               - 10 * d['plain_small_s']) < 1e-9"
  details "abs(d['exact_s'] - d['plain_s'] - d['fraction'] * d['train_step_s']) < 1e-9"
  if [ "$n" -eq 1 ]; then details "d['bytes_sent'] == 0"; else details "d['bytes_sent'] > 0"; fi
done

ranks 2 bench layers small.yaml --steps 2 --threads 1 >bench.txt 2>err.txt ||
  fail "bench layers: $(cat err.txt)"
details "list(d) == ['1->8 32x64', '8->8 32x64', '8->16 16x32', '16->16 16x32']"
details "all(d[k][p + '_ms'] > 0 for k in d for p in ('forward', 'backward_data', 'backward_weights'))"
details "d['1->8 32x64']['method'] == 'direct' and d['16->16 16x32']['method'] == 'winograd'"
ranks 1 bench layers small.yaml model.convolution=plain --steps 1 --threads 1 >bench.txt 2>err.txt
details "{layer['method'] for layer in d.values()} == {'loops'}"

ranks 2 bench products small.yaml --steps 3 --threads 1 >bench.txt 2>err.txt || fail "bench products: $(cat err.txt)"
details "len(d) == 8 and all(d[k]['own_us'] > 0 for k in d)"
details "d['clip']['own_us'] > d['queries, keys and values']['own_us']"
# OpenBLAS beside it, on machines that have it; the program itself does not load it
if ldconfig -p | grep -q 'libopenblas.so.0 '; then
  details "all(d[k]['openblas_us'] > 0 for k in d)"
fi
if ldd "$cassette" | grep -i blas; then fail 'linked with a BLAS'; fi
