#!/usr/bin/env bash
# What a start meets: others that start and end beside it.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

# a process without a launcher makes no session directory, which the end of another would remove
TMPDIR=$work/sessions "$cassette" info >out.txt 2>err.txt || fail "$(cat err.txt)"
[ ! -e sessions ] || fail "a session directory: $(find sessions)"
TMPDIR=/dev/null/none "$cassette" info >out.txt 2>err.txt || fail "without a directory for sessions: $(cat err.txt)"
together 8 10
