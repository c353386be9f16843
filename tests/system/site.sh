#!/usr/bin/env bash
# What an administrator meets: another distribution's packages, libraries without pkg-config's files, no
# cmocka, a strict umask, sources that belong to somebody else.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
build=$(dirname "$(realpath "$cassette")")

# a system that has an installer and nothing to build with
for installer in none dnf zypper; do
  mkdir $installer
  for tool in bash cat cut dirname env getconf grep nproc paste sed sort; do ln -s "$(command -v $tool)" $installer; done
  if [ $installer != none ]; then install -m 755 /dev/null $installer/$installer; fi
done
names() # INSTALLER TEXT…
{
  local code=0 text
  PATH=$work/$1 "$repository/scripts/dependencies" >out.txt 2>err.txt || code=$?
  [ $code -eq 2 ] && [ "$(wc -l <err.txt)" -eq 1 ] || fail "dependencies with $1: exit $code: $(cat err.txt)"
  for text in "${@:2}"; do grep -qF -- "$text" err.txt || fail "no \"$text\" with $1: $(cat err.txt)"; done
}
names dnf 'please run: dnf install ' ' gcc ' " 'pkgconfig(sndfile)' " ' hdf5-devel ' ' openmpi-devel ' ' ninja-build ' 'module avail mpi'
names zypper 'please run: zypper install ' " 'pkgconfig(sndfile)' " ' openmpi4-devel ' ' ninja '
names none 'please install: cc ' ' csv.h '

# HDF5 without hdf5.pc, a machine without cmocka
mkdir pc
IFS=: read -ra places <<<"$(pkg-config --variable pc_path pkg-config):${PKG_CONFIG_PATH-}"
for place in "${places[@]}"; do find "$place" -name '*.pc' ! -name 'hdf5*' ! -name 'cmocka*' -exec ln -sf {} pc ';' 2>/dev/null || true; done
configure() { env -u PKG_CONFIG_PATH PKG_CONFIG_LIBDIR="$work/pc" cmake -G Ninja -S "$repository" -B plain "$@" >out.txt 2>&1; }
configure && fail 'tests were configured without cmocka'
grep -q 'cmocka' out.txt || fail "not cmocka: $(tail out.txt)"
configure -DBUILD_TESTING=OFF || fail "without hdf5.pc and cmocka: $(tail out.txt)"
cmake --build plain --target cst_store >out.txt 2>&1 || fail "HDF5 is found and does not serve: $(tail out.txt)"

# others may read what is installed
(umask 077 && cmake --install "$build" --prefix "$work/prefix" >out.txt) || fail "cmake --install: $(cat out.txt)"
closed=$(find prefix -type d ! -perm 755 -o -type f ! -perm -444)
[ -z "$closed" ] || fail "closed to others: $(head -3 <<<"$closed")"

# the commit, though the tree is another user's
if [ "$(id -u)" -eq 0 ] && git clone -q --depth 1 --no-tags "file://$repository" theirs 2>/dev/null; then
  chown -R nobody theirs
  chmod 755 .
  cmake -DSOURCE="$work/theirs" -DOUTPUT="$work/build_info.h" -P "$repository/scripts/build_info.cmake" 2>err.txt || fail "$(cat err.txt)"
  grep -q "\"$(git -C "$repository" rev-parse --short=7 HEAD)" build_info.h || fail "no commit: $(cat build_info.h)"
fi
