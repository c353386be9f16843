#!/usr/bin/env bash
# Help, versions and mistakes on the command line: the right exit code, one line, and its cure.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

commands=$("$cassette" --help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
for command in synth prepare features train evaluate predict report run ablate verify bench info; do
  grep -qx "$command" <<<"$commands" || fail "$command is not in --help"
done
for command in $commands; do
  "$cassette" "$command" --help >long.txt 2>err.txt || fail "$command --help"
  "$cassette" help "$command" | cmp - long.txt || fail "help $command differs from $command --help"
  grep -q "^usage: cassette $command" long.txt || fail "$command --help names no usage"
  [ -s err.txt ] && fail "$command --help writes to stderr"
done
"$cassette" --version | grep -Eq '^cassette [0-9]+\.[0-9]+\.[0-9]+ ' || fail "--version"

# refused FRAGMENT WORD…: exit code 2, one line on stderr, nothing on stdout.
refused()
{
  local fragment=$1
  shift
  expect 2 "$fragment" 1 "$@"
  [ "$(wc -l <err.txt)" -eq 1 ] || fail "more than one line: $*: $(cat err.txt)"
  [ -s out.txt ] && fail "stdout is not empty: $*"
  return 0
}
# what is refused is in tests/cli/test_arguments.c; here that it ends so
refused "no command given; see 'cassette --help'"
refused "unknown command 'trian', did you mean 'train'?" trian
refused "unknown option '--rnu', did you mean '--run'?; see 'cassette train --help'" train --rnu x
refused "train: arguments are missing; usage: cassette train CONFIG" train
refused "synth: --out DIR is required" synth

# after --, words are words
expect 2 "^cassette: error: --help: cannot open this configuration: No such file" 1 train -- --help

# paths that are not there, or not what they should be
mkdir -p configs run/empty
: >configs/near.yaml
: >run/config.yaml
for word in nera.yaml near near.yml configs/nera.yaml configs/near config/near.yaml; do
  expect 2 "$word: cannot open this configuration: .*; did you mean 'configs/near.yaml'?" 1 train $word
done
expect 2 "other.yaml: cannot open .*; the path counts from $work" 1 train other.yaml
expect 2 "/other.yaml: cannot open .*; check the path" 1 train /other.yaml
expect 2 "run: cannot read this configuration: .*; the configuration of this run is run/config.yaml" 1 train run
expect 2 "run/empty: cannot read this configuration: .*; name a YAML file in it" 1 train run/empty
printf 'dataset: {root: gone, layout: synth}\n' >synth.yaml
expect 3 "gone: no such directory; check dataset.root, or make .*: cassette synth --out gone" 1 prepare synth.yaml
expect 3 "synth.yaml: cannot create directory: File exists" 1 prepare synth.yaml --run synth.yaml
expect 3 "nowhere: no such file or directory" 1 info nowhere
expect 3 "nowhere: no such run directory" 1 report nowhere
: >empty.yaml
expect 2 "empty.yaml: is a file; report takes run directories" 1 report empty.yaml
expect 3 "holds neither config.yaml" 1 info .
expect 3 "run/empty: holds neither config.yaml (a run) nor ablation.yaml" 1 report run/empty
expect 3 "nowhere.h5" 1 verify nowhere.h5

# help and mistakes under a launcher: printed once, whoever leaves first
mpirun -n 2 "$cassette" --version >out.txt 2>err.txt || fail "--version at 2 ranks"
[ "$(wc -l <out.txt)" -eq 1 ] || fail "--version printed $(wc -l <out.txt) times"
expect 2 "unknown command 'trian'" 2 trian
expect 2 "nowhere.yaml: cannot open this configuration" 2 train nowhere.yaml

# results that cannot be written are a failure
if [ -w /dev/full ]; then
  code=0
  "$cassette" --help >/dev/full 2>err.txt || code=$?
  [ $code -eq 3 ] || fail "exit $code instead of 3 on a full disk"
  grep -q 'standard output cannot be written' err.txt || fail "$(cat err.txt)"
fi

# the reference in the documentation is the table in the program
reference=$repository/docs/configuration.md
"$cassette" info --keys >keys.md
sed '1,/^<!-- cassette info --keys -->$/d' "$reference" | cmp - keys.md ||
  fail "docs/configuration.md is out of date; in the repository:
    sed -i '/^<!-- cassette info --keys -->$/q' docs/configuration.md && build/release/cassette info --keys >>docs/configuration.md"
