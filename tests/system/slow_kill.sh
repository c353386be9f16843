#!/usr/bin/env bash
# Fifty kills, at up to five ranks.
set -euo pipefail
CASSETTE=$1 exec "$(dirname "$0")/../../scripts/kill-test" 50 1 "1 2 3 5"
