#!/usr/bin/env bash
# What a start meets: others that start and end beside it, little memory, small limits, odd variables.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
make_small 'train: {epochs: 1}'

# a process without a launcher makes no session directory, which the end of another would remove
TMPDIR=$work/sessions "$cassette" info >out.txt 2>err.txt || fail "$(cat err.txt)"
[ ! -e sessions ] || fail "a session directory: $(find sessions)"
mkdir empty
TMPDIR=$work/empty "$cassette" info >out.txt 2>err.txt || fail "$(cat err.txt)"
rmdir empty || fail "a start left $(find empty)"
TMPDIR=/dev/null/none "$cassette" info >out.txt 2>err.txt || fail "without a directory for sessions: $(cat err.txt)"
together 8 10

# limited OPTION VALUE WORD…: the program under ulimit; its exit status in `code`
limited()
{
  code=0
  (ulimit "$1" "$2" && exec timeout -s KILL 200 "$cassette" "${@:3}") >out.txt 2>err.txt || code=$?
}
# refused_with CODE TEXT: one line
refused_with()
{
  [ $code -eq "$1" ] || fail "exit $code instead of $1: $(cat err.txt)"
  [ "$(grep -c 'cassette: error: ' err.txt)" -eq 1 ] || fail "not one line: $(cat err.txt)"
  grep -q -- "cassette: error: .*$2" err.txt || fail "no \"$2\": $(cat err.txt)"
}

# too little address space at any point: said; where not even the libraries fit, by the loader
loads() { [ $code -ne 127 ] || ! grep -q 'error while loading shared libraries' err.txt; }
enough=0
for kib in 50000 131072 200000 400000 3000000; do
  rm -rf runs/short
  limited -v $kib run small.yaml --run runs/short run.threads=2
  if [ $code -eq 0 ]; then enough=$kib; elif loads; then refused_with 1 '\(ulimit -v\|memory\)'; fi
done
[ $enough -eq 3000000 ] || fail "$enough KiB were enough, 3000000 were not"
limited -v 82000 info # where MPI_Init ended by a signal
if loads; then refused_with 1 'out of memory: ulimit -v allows 80.1 MiB, and 128 MiB are needed'; fi

# processes (root has no limit of them, and others may not get at its files), stack
stranger=()
if [ "$(id -u)" -eq 0 ]; then stranger=(setpriv --reuid=65534 --regid=65534 --clear-groups); fi
chmod -R a+rwX "$work"
if "${stranger[@]}" bash -c 'exec "$@"' - "$cassette" --version >out.txt 2>err.txt; then
  code=0
  "${stranger[@]}" bash -c 'ulimit -u 4 && exec "$@"' - "$cassette" run small.yaml --run runs/few run.threads=1024 \
    >out.txt 2>err.txt || code=$?
  refused_with 1 'only [0-9]* of 1025 more threads can be started: .*ulimit -u.*fewer threads'
fi
limited -s 128 run small.yaml --run runs/stack
refused_with 1 'the limit of the stack is 128 KiB, and 512 KiB are needed: raise it (ulimit -s)'

# the size of files: nothing half-written, and the same command goes on
for kib in 1 30 100 300; do
  limited -f $kib run small.yaml --run runs/size
  refused_with 3 'File too large; raise the limit of file sizes (ulimit -f)'
  [ -z "$(find runs/size -name '.*' -type f)" ] || fail "left behind: $(find runs/size -name '.*' -type f)"
done
"$cassette" run small.yaml --run runs/whole >out.txt 2>err.txt || fail "$(cat err.txt)"
"$cassette" run small.yaml --run runs/size >out.txt 2>err.txt || fail "$(cat err.txt)"
fingerprint runs/whole >want.txt
fingerprint runs/size | cmp - want.txt || fail 'other bits after the limit of file sizes'

# OMP_NUM_THREADS: numbers, lists of them, nothing; and what is none
for threads in 2 ' 2' 2,1 ''; do
  OMP_NUM_THREADS=$threads "$cassette" info >out.txt 2>err.txt || fail "OMP_NUM_THREADS='$threads': $(cat err.txt)"
  grep -qx "threads: $([ "$threads" ] && echo 2 || echo 1)" out.txt || fail "'$threads': $(grep threads: out.txt)"
done
for threads in 1000000 0 -3 many 2x 99999999999999999999; do
  code=0
  OMP_NUM_THREADS=$threads "$cassette" train small.yaml --run runs/whole >out.txt 2>err.txt || code=$?
  refused_with 2 "OMP_NUM_THREADS: '$threads' is no number of threads from 1 to 1024"
done
OMP_NUM_THREADS=many "$cassette" train small.yaml --run runs/whole --threads 2 >out.txt 2>err.txt || fail "$(cat err.txt)"
