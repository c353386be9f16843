#!/usr/bin/env bash
# Five kills inside a checkpoint and at other bad moments; slow_kill.sh has fifty.
set -euo pipefail
CASSETTE=$1 exec "$(dirname "$0")/../../scripts/kill-test" 5 22 "1 2 3"
