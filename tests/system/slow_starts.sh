#!/usr/bin/env bash
# A thousand starts while others end.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
together 20 50
together 8 10 mpirun -n 2
