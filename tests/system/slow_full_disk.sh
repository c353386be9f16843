#!/usr/bin/env bash
# A disk that is full again and again: one line, exit status 3, no temporary files, and the run goes on
# where there is room, to the bits of an undisturbed one.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
make_small 'run: {checkpoint_s: 0.05}'
ranks 1 run small.yaml --run runs/whole >out.txt 2>err.txt || fail "$(cat err.txt)"
fingerprint runs/whole >want.txt
needed_kb=$(du -sk runs/whole | cut -f1)

if ! { mkdir -p disk && mount -t tmpfs -o size=64k tmpfs disk 2>/dev/null; }; then
  echo "skipped: no permission to mount a small tmpfs" >&2
  exit 77
fi
trap 'umount -l "$work/disk"; rm -rf "$work"' EXIT

failures=0
for first_kb in 12 200 600 $((needed_kb / 2)) $((needed_kb - 900)) $((needed_kb - 300)); do
  for n in 1 3; do
    rm -rf disk/run
    kb=$first_kb code=3
    while [ $code -ne 0 ]; do
      mount -o remount,size=${kb}k disk
      code=0
      ranks "$n" run small.yaml --run disk/run >out.txt 2>err.txt || code=$?
      find disk -name '*.tmp' | grep -q . && fail "temporary files left at $kb kB"
      [ $code -eq 0 ] && break
      [ $code -eq 3 ] || fail "exit $code instead of 3 at $kb kB: $(cat err.txt)"
      grep -q 'No space left' err.txt || fail "no reason at $kb kB: $(cat err.txt)"
      [ "$(grep -c 'cassette: error:' err.txt)" -eq 1 ] || fail "not one error line at $kb kB: $(cat err.txt)"
      failures=$((failures + 1))
      # a little more room each time, at first more quickly: the features are the largest part
      if [ $kb -lt $((needed_kb - 1000)) ]; then kb=$((kb + needed_kb / 4)); else kb=$((kb + 150)); fi
    done
    fingerprint disk/run >got.txt
    cmp want.txt got.txt || fail "from $first_kb kB on at $n ranks: $(diff want.txt got.txt | head)"
  done
done
[ $failures -ge 12 ] || fail "the disk was full only $failures times"
