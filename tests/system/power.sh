#!/usr/bin/env bash
# Power fails after every sync of a job: it goes on from what the disk has kept, to the same bits.
set -euo pipefail
CASSETTE=$1 "$(dirname "$0")/../../scripts/power-test"
