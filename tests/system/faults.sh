#!/usr/bin/env bash
# A sample of the calls that scripts/fault-test makes fail; slow_faults.sh has all of them.
set -euo pipefail
CASSETTE=$1 "$(dirname "$0")/../../scripts/fault-test" --every 37
