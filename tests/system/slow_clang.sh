#!/usr/bin/env bash
# Built by clang: units, MPI tests, and the committed bits.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
command -v clang >/dev/null || { echo 'skipped: no clang here' >&2 && exit 77; }
build=$repository/build/clang
{
  cmake -G Ninja -S "$repository" -B "$build" -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_COMPILER=clang -DCST_WERROR=ON
  cmake --build "$build"
} >build.txt 2>&1 || fail "$(tail -n 30 build.txt)"
ctest --test-dir "$build" --output-on-failure -L 'unit|mpi'
ctest --test-dir "$build" --output-on-failure -R '^system[.](bits|kernels)'
