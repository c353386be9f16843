# shellcheck shell=bash disable=SC2034,SC2154
# Sourced by scripts/submit and by the jobs, after the site's settings: the words that call the program,
# in `program`.  They define `root` and `die`.
choose_program() {
  if [ -n "$container" ]; then
    command -v apptainer >/dev/null || die "no apptainer here to run $container"
    program=(apptainer exec --bind "$PWD" "$container" cassette)
  else
    program=("${CASSETTE:-$root/build/release/cassette}")
    [ -x "${program[0]}" ] || die "${program[0]} is not there; run scripts/build, or set CASSETTE"
  fi
}
