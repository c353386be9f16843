#!/usr/bin/env bash
# In a bare Debian 13 (its compiler, Open MPI 5, HDF5 1.14): every test, and the quick start.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
in_debian() { "$repository/scripts/in-debian" trixie "$@" </dev/null >out.txt 2>err.txt; }

code=0
in_debian scripts/test || code=$?
[ "$code" -ne 77 ] || { cat err.txt >&2 && exit 77; }
grep -E '^FAILED|\*\*\*Failed|^[0-9]+ passed' out.txt || tail -n 60 out.txt err.txt
[ "$code" -eq 0 ] || fail "scripts/test: exit $code"
tail -n 1 out.txt | grep -q ', 0 failed, ' || fail "no sum without failures: $(tail -n 1 out.txt)"

in_debian scripts/quickstart || fail "quick start: $(tail -n 30 err.txt)"
report=$(sed -n 's/^report: //p' out.txt | head -n 1)
[ -s "$report" ] || fail "no report of the quick start: $(cat out.txt)"
