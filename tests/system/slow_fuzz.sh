#!/usr/bin/env bash
# A minute of libFuzzer for every reader of files.
set -euo pipefail
if ! "$(dirname "$0")/../../scripts/dependencies" fuzz 2>/dev/null; then
  echo 'skipped: no clang with libFuzzer here' >&2
  exit 77
fi
"$(dirname "$0")/../../scripts/fuzz" 60
