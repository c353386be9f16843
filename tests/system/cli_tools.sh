#!/usr/bin/env bash
# synth, features --file, info, verify and bench: what they print and write.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

# json FILE EXPRESSION: the last line of FILE as `r` must satisfy it
json()
{
  tail -1 "$1" | python3 -c "import json,sys; r=json.load(sys.stdin); assert $2, r" || fail "$2"
}

# synth: the same files from any number of ranks; a second start writes what is missing
ranks 1 synth --preset tiny --out one >out.txt 2>err.txt || fail "synth: $(cat err.txt)"
ranks 3 synth --preset tiny --out three >out.txt 2>err.txt || fail "synth: $(cat err.txt)"
sums() { (cd "$1" && find . -type f | sort | xargs sha256sum); }
sums one >one.txt
sums three | cmp - one.txt || fail "3 ranks wrote other files than 1"
wave=$(find one -name '*.wav' | sort | sed -n 1p)
rm "$wave" "$(find one -name '*.csv' | sort | sed -n 1p)"
ranks 2 synth --preset tiny --out one >out.txt 2>err.txt || fail "synth: $(cat err.txt)"
sums one | cmp - one.txt || fail "a second start did not restore the files"
ranks 1 synth --preset tiny --seed 2 --out other >out.txt 2>err.txt
sums other >other.txt
cmp -s other.txt one.txt && fail "--seed changes nothing"
"$cassette" synth --preset tiny --seconds 0.25 --out short >out.txt 2>err.txt || fail "synth: $(cat err.txt)"
short=$(find short -name "$(basename "$wave")")
"$cassette" features --file "$short" --out short.h5 --frames 50 2>err.txt || fail "features: $(cat err.txt)"
[ "$(cut -d, -f1 short/truth.csv | sort | sha256sum)" = "$(cut -d, -f1 one/truth.csv | sort | sha256sum)" ] || fail "--seconds changes more than the length"
[ $((4 * $(stat -c %s "$short"))) -le $(($(stat -c %s "one/${short#short/}") + 400)) ] || fail "--seconds: $(ls -l "$short")"
expect 3 'short holds another data set' 1 synth --preset tiny --out short
expect 2 "synth: --seconds '0' is no length" 1 synth --preset tiny --seconds 0 --out none
expect 3 "one.txt" 1 synth --preset tiny --out one.txt/below

# features --file
"$cassette" features --file "$wave" --out clip.h5 --frames 50 || fail "features --file"
"$cassette" info clip.h5 | grep -qx '/logmel: 50 64' || fail "/logmel: $("$cassette" info clip.h5)"
"$cassette" features --file "$wave" --out apsipa.h5 --frames 50 --preset apsipa2025
cmp -s clip.h5 apsipa.h5 && fail "--preset changes nothing"
head -c 40 "$wave" >cut.wav
expect 3 "cut.wav: " 1 features --file cut.wav --out cut.h5
expect 3 "gone.wav: missing" 1 features --file gone.wav --out cut.h5
[ -e cut.h5 ] && fail "features of a file that could not be read"

# info
"$cassette" info >info.txt
for key in version commit compiler cpu kernels mpi hdf5 audio yaml binding threads features; do
  grep -q "^$key: ." info.txt || fail "info says no $key"
done
[ "$(ranks 2 info | grep -c '^version: ')" -eq 1 ] || fail "info prints once per rank"

# verify: one line per tensor, the same on any number of ranks
golden=$repository/tests/golden/setrans-even.h5
"$cassette" verify "$golden" >verify.txt 2>err.txt || fail "verify: $(cat err.txt) $(grep MISSED verify.txt)"
[ "$(wc -l <verify.txt)" -ge 50 ] || fail "verify printed $(wc -l <verify.txt) lines"
awk 'NF != 4 || $4 != "ok" || !($2 <= $3) { exit 1 }' verify.txt || fail "verify: $(cat verify.txt)"
ranks 3 verify "$golden" 2>/dev/null | cmp - verify.txt || fail "verify differs at 3 ranks"
expect 3 "one.txt" 1 verify one.txt

# bench: JSON on the last line of stdout, whatever the number of ranks and threads
printf 'dataset: {root: none}\nfeatures: {frames: 32}\nmodel: {blocks: [8, 16], reduction: 4, pooled_frames: 4, heads: 2}\n' >small.yaml
for kind in features:1 train:3 infer:2 reduce:3; do
  n=${kind#*:} kind=${kind%:*}
  ranks "$n" bench "$kind" small.yaml --batch 4 --steps 3 --threads 2 >bench.txt 2>err.txt ||
    fail "bench $kind: $(cat err.txt)"
  json bench.txt "r['clips_per_s'] > 0 and r['ranks'] == $n and r['threads'] == 2 and r['batch'] == 4"
  json bench.txt "r['steps'] == 3 and r['step_s']['min'] <= r['step_s']['median'] <= r['step_s']['max']"
  json bench.txt "r['peak_resident_bytes'] > 1e6 and r['core_peak_gflops']['fp32'] > 0 and r['environment']['processor'] and r['environment']['kernels'] and r['frames'] == 32"
done
ranks 2 bench infer small.yaml --batch 1 --steps 1 >bench.txt 2>err.txt || fail "a rank without clips: $(cat err.txt)"
