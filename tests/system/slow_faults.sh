#!/usr/bin/env bash
# Every call of a job to its system fails in turn: once, and from then on; in rank 0 and in others.  Power
# fails while several ranks write.
set -euo pipefail
test() { CASSETTE=$program "$(dirname "$0")/../../scripts/fault-test" "$@"; }
program=$1
test
test --after --kinds open,read,write,truncate,sync,close,rename,mkdir,unlink
test --ranks 3 --every 5
CASSETTE=$program "$(dirname "$0")/../../scripts/power-test" --ranks 3
