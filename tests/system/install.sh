#!/usr/bin/env bash
# `cmake --install` into a prefix, and what is found there: program, examples, manual page,
# completion; then the same as a Debian package, where the tools for it are.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
build=$(dirname "$(realpath "$cassette")")

cmake --install "$build" --prefix "$work/prefix" >out.txt || fail "cmake --install: $(cat out.txt)"
program=$work/prefix/bin/cassette share=$work/prefix/share

# the program with a configuration at its installed place
"$program" synth --preset tiny --out data/tiny >out.txt 2>&1 || fail "synth: $(cat out.txt)"
"$program" run "$share/cassette/configs/tiny.yaml" pretrain.epochs=0 finetune.epochs=1 \
  strategy.name=supervised split.held_out=[Aldermoor] >out.txt 2>&1 ||
  fail "the installed program: $(cat out.txt)"
[ -s runs/tiny/report/report.md ] || fail "no report of the installed program"
for file in doc/cassette/README.md doc/cassette/docs/quickstart.md doc/cassette/copyright \
  cassette/jobs/train.sbatch cassette/scripts/demo; do
  [ -s "$share/$file" ] || fail "share/$file is not installed"
done
bash -n "$share/cassette/scripts/demo"

# every command, option and key is in the manual page, and roff has no complaint about it
zcat "$share/man/man1/cassette.1.gz" >cassette.1
"$program" --man | cmp - cassette.1 || fail "the installed manual page is not the program's"
tr -d '\\' <cassette.1 >plain.txt
for command in $("$program" --help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
  grep -q "^.SS \"$command " plain.txt || fail "no $command in the manual page"
  "$program" "$command" --help | grep -o '^  --[a-z-]*' | grep -v -- --help | while read -r option; do
    grep -qF "fB${option}fR" plain.txt || fail "no $option in the manual page"
  done
done
for key in seed train.batch strategy.name run.stall_s; do
  grep -qxF ".TP" plain.txt && grep -qF "fB${key}fR" plain.txt || fail "no $key in the manual page"
done
if command -v groff >/dev/null; then
  groff -man -Tutf8 -ww -z cassette.1 2>err.txt || fail "groff: $(cat err.txt)"
  [ -s err.txt ] && fail "groff: $(cat err.txt)"
fi

# complete WORD…: what bash offers for the last word
complete_words()
{
  bash --norc -c '
    load() { source "$1"; }; load "$1"; shift # as the package bash-completion does, in a function
    COMP_WORDS=(); for word in "$@"; do
      # as readline splits: around =
      if [[ $word == *=* ]]; then COMP_WORDS+=("${word%%=*}" =); word=${word#*=} rest=yes; else rest=; fi
      [[ $rest && -z $word ]] || COMP_WORDS+=("$word")
    done
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_WORDBREAKS=" =:"
    _cassette; printf "%s\n" "${COMPREPLY[@]}"' bash "$share/bash-completion/completions/cassette" "$@" 2>err.txt |
    sort | paste -sd' '
  [ ! -s err.txt ] || fail "completion of '$*': $(cat err.txt)"
}
# offers WORDS WORD…: completing WORD… must offer WORDS and nothing else
offers()
{
  local wanted=$1 got
  shift
  got=$(complete_words cassette "$@")
  [ "$got" = "$wanted" ] || fail "completing '$*' offers '$got', not '$wanted'"
}
touch a.yaml b.txt
mkdir -p adir
offers 'predict prepare' pre
offers '--version' --v
offers 'train' help tr
offers '--run' train --r
offers 'cas demo tiny' synth --preset ''
offers 'tau' synth --layout=t
offers 'a.yaml adir' train a
offers 'adir' run --run a
offers '' run --threads ''
offers 'train.batch=' run a.yaml train.bat
offers 'train.batch=' run --run adir a.yaml train.bat
offers 'session' run a.yaml split.validation=s
offers 'clip none session' run a.yaml split.validation=
offers 'false true' run a.yaml seed=3 split.transductive=
offers 'reduce' bench r
offers 'a.yaml adir' bench reduce a
offers 'a.yaml adir' report a
offers '' zzz x

for tool in cpack dpkg-deb dpkg-shlibdeps fakeroot; do
  command -v $tool >/dev/null || { echo "no Debian package is tried: there is no $tool here" && exit 0; }
done
cpack --config "$build/CPackConfig.cmake" -G DEB -B "$work/deb" >out.txt 2>&1 || fail "cpack: $(cat out.txt)"
package=$(ls deb/cassette_*.deb)
dpkg-deb --info "$package" >info.txt
for needed in libopenmpi libfftw3-double libhdf5 libsndfile libyaml; do
  grep -q "^ Depends: .*$needed" info.txt || fail "the package does not depend on $needed: $(cat info.txt)"
done
dpkg-deb --extract "$package" unpacked
unpacked/usr/bin/cassette prepare unpacked/usr/share/cassette/configs/tiny.yaml --run runs/unpacked >out.txt 2>&1 ||
  fail "the packaged program: $(cat out.txt)"
[ "$(find unpacked -type f -perm /o+w | wc -l)" -eq 0 ] || fail "files that anyone may write"
dpkg-deb --contents "$package" | awk '$2 != "root/root"' >other.txt
[ ! -s other.txt ] || fail "not root's: $(cat other.txt)"
