#!/usr/bin/env python3
"""Every command line of the documentation, run in a small world.   Called by docs.sh:

    docs_commands.py REPOSITORY PROGRAM WORLD [--list]      (DOCS=quickstart.md: commands of that page alone)

Commands are found in README.md, CONTRIBUTING.md, docs/*.md and in the comments of configs/*.yaml and
jobs/*: lines of code blocks and `code` in running text that begin with one of STARTS.  WORLD holds
data sets, configurations under their documented names that train for seconds, and finished runs.
Each command gets a directory of its own that looks like it.

A new command of the program needs nothing here: it is run, with WORDS for what stands for something
(CONFIG, DIR).  A command that needs a cluster, a container or hours gets a line in STATIC, and what
can be checked without running it is checked.  A command that is neither fails with file and line.

Blocks of YAML are read by `cassette prepare`: every key in them must exist.  Links must lead
somewhere, and docs/README.md must name every page.
"""
import ast
import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# What a command line begins with, after NAME=VALUE words.
STARTS = re.compile(
    r"(cassette|build/\w+/cassette|mpirun|mpiexec|srun|sbatch|salloc|squeue|scancel|scontrol|scripts/[\w/.-]+|"
    r"jobs/[\w/.-]+|tests/[\w/.-]+|cmake|ctest|cpack|docker|podman|buildah|apptainer|python3?|git|apt|"
    r"apt-get|dpkg|sudo|export|cd|man|tensorboard|h5dump|\./[\w/.-]+)(?=\s|$)")

# Checked, not run: regular expression, reason.  The first that matches counts.
STATIC = [
    (r"(scripts/)?(sbatch|srun|salloc|squeue|scancel|scontrol)\b", "needs a cluster"),
    (r"(docker|podman|buildah|apptainer)\b", "needs a container"),
    (r"(man|apt|apt-get|dpkg|sudo|tensorboard)\b", "needs an installation"),
    (r"(cd|export|git)\b", "goes before commands"),
    (r"(cmake|ctest|cpack|scripts/(build|cross-arm64|package|quickstart|dependencies))\b", "builds"),
    (r"scripts/(test|format|tidy|lint-scripts)\b", "works on the sources"),
    (r"scripts/(bench-peers|clip-validation|kill-test|fault-test|power-test|fuzz|in-debian|bench/\S+)", "takes minutes to hours"),
    (r"scripts/(submit|slurm-lab|rehearsal)\b", "needs a cluster; slurm.sh runs it"),
    (r"scripts/golden/\S+", "needs PyTorch"),
    (r"scripts/teacher-table\b|.*teacher\.(files|runs)=", "needs teachers; teacher_table.sh and teachers.sh have them"),
    (r".* --with MODEL\.cassette", "needs the model of another run; exported.sh has it"),
    (r".* --pdf\b", "needs a browser; report_page.sh runs it"),
    (r"scripts/track\b", "needs a tracker's package; recipes.sh has stand-ins"),
    (r"scripts/convert-checkpoint\b|.*pretrain_weights=|cassette predict configs/baseline",
     "needs a published model; convert.sh runs it"),
]

# Stand-ins, applied in order to a command that is run.
WORDS = [
    (r" \[[^\]=\s][^\]]*\]", ""),                    # optional parts: [section.key=value ...]
    (r" (\.\.\.|…)$", ""),
    (r"^(cassette (?!info$)\w+)$", r"\1 --help"),        # the name of a command in a sentence
    (r"^mpirun -n N$", "mpirun -n 2 cassette info"),
    (r"\bCOMMAND\b", "run"),
    (r"\bRUN(\.\.\.|…| \.\.\.)?(?= |$|/)", "runs/NAME"),
    (r"\b(CONFIG|my[\w-]*\.yaml)(?= |$)", "configs/tiny.yaml"),
    (r"\bORACLE\.h5\b", "tests/golden/setrans-odd.h5"),
    (r"(cassette info) PATH\b", r"\1 runs/NAME"),
    (r"(cassette bench) WHAT\b", r"\1 reduce"),
    (r"\b(dataset\.root)=DIR\b", r"\1=data/esc10"),
    (r"--out DIR\b", "--out out"),
    (r"\b(export \S+ )\S+\.cassette\b", r"\1new.cassette"),
    (r"\bMODEL\.cassette\b", "model.cassette"),
    (r"(?<= )(FILE\.\.\.|recordings)(?= |$)", "clip.wav"),
    (r"--run DIR\b", "--run runs/other"),
    (r"--cell K\b", "--cell 1"),
    (r"(?<!/)\bNAME\.h5\b", "runs/NAME/checkpoints/best-Aldermoor-student.h5"),
    (r"runs/labels-100 runs/labels-50 runs/labels-25 --out runs/labels\b", "runs/NAME runs/labels-only --out out"),
    (r"runs/A runs/B\b", "runs/NAME runs/labels-only"),
    (r"(-n|--seed|--threads) N\b", r"\1 2"),
    (r"\bseed=N\b", "seed=2"),
    (r"(mpirun\b.* -n) \d+", r"\1 2"),                 # two cores are enough
    (r"--preset (demo|cas)\b", "--preset tiny"),
    (r"--(batch) \d+", r"--\1 2"),
    (r"--(steps) \d+", r"--\1 1"),
    (r"(cassette bench \w+)(?!.*--batch)", r"\1 --batch 2"),
    (r"(cassette bench \w+)(?!.*--steps)", r"\1 --steps 1"),
    (r"\[Harbin, Xi'an\]", "[Aldermoor]"),
    (r"train\.epochs=\d+", "train.epochs=1"),
    (r"docs/figures/", "runs/"),
    (r"\S+/last-\d+\.h5", "$(ls runs/NAME/checkpoints/last-*.h5 | tail -1)"),
    (r"(?<!--run )\bruns/(?!NAME\b|labels-only\b)[\w-]+", "runs/NAME"),  # any finished run will do
]

SECONDS = 300  # for one command, where a second would do on an idle machine


class Failure(Exception):
    """One line: file, line, what."""


def pages(repository):
    named = ["README.md", "CONTRIBUTING.md"]
    return [repository / n for n in named] + sorted((repository / "docs").rglob("*.md"))


def joined(lines):
    """(number, line) pairs with continued lines put together."""
    held = None
    for number, line in lines:
        if held:
            number, line = held[0], held[1] + " " + line.strip()
        if line.endswith("\\"):
            held = (number, line[:-1].rstrip())
            continue
        held = None
        yield number, line
    if held:
        yield held


def split_page(text):
    """Blocks [(language or None, [(number, line)])], and the running text with blocks blanked."""
    blocks, prose, block, fence, after_blank = [], [], None, None, True
    for number, line in enumerate(text.splitlines(), 1):
        mark = re.match(r"\s{0,3}(```+|~~~+)\s*(\w*)", line)
        if fence:
            if mark and mark.group(1).startswith(fence):
                fence = None
            else:
                blocks[-1][1].append((number, line))
        elif mark:
            fence = mark.group(1)
            blocks.append((mark.group(2), []))
        elif re.match(r" {4}\S", line) and (after_blank or block is not None):
            if block is None:
                block = []
                blocks.append((None, block))
            block.append((number, line.strip()))
            prose.append("")
            continue
        else:
            after_blank = not line.strip()
            block = block if after_blank else None
            prose.append(line)
            continue
        block, after_blank = None, False
        prose.append("")
    return blocks, "\n".join(prose)


def without_prompt(line):
    return re.sub(r"^\$ ", "", line.strip())


def without_assignments(command):
    return re.sub(r"^(\w+=('[^']*'|\"[^\"]*\"|\S*) +)+", "", command)


def commands_of(page):
    """Yield (number, command)."""
    blocks, prose = split_page(page.read_text(encoding="utf-8"))
    for language, lines in blocks:
        shell = language in ("sh", "bash", "shell")  # every line is one
        for number, line in joined(lines):
            line = without_prompt(line)
            if not line or line.startswith("#"):
                continue
            if shell or STARTS.match(without_assignments(line)):
                yield number, line
    for match in re.finditer(r"(?<!`)`([^`]+)`(?!`)", prose):
        command = " ".join(match.group(1).split())
        number = prose.count("\n", 0, match.start()) + 1
        inner = re.search(r"(?<![\w/.-])cassette (?=[a-z-])", command)
        if not STARTS.match(without_assignments(command)):
            if not inner:
                continue
            command = command[inner.start():]  # /usr/bin/time -f ... cassette bench train
        first = without_assignments(command).split()[0]
        if " " in command or first.startswith("scripts/"):
            yield number, command


def commands_of_comments(path):
    lines = ((n, re.sub(r"^# ? ?", "", line).strip())
             for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
             if line.startswith("#   "))
    for number, line in joined(lines):
        if STARTS.match(without_assignments(line)):
            yield number, line


def all_commands(repository):
    """[(place, command)] of the whole documentation."""
    found = []
    for page in pages(repository):
        name = page.relative_to(repository)
        found += [(f"{name}:{n}", c) for n, c in commands_of(page)]
    for path in sorted(repository.glob("configs/**/*.yaml")) + sorted(repository.glob("jobs/*")):
        name = path.relative_to(repository)
        found += [(f"{name}:{n}", c) for n, c in commands_of_comments(path)]
    return found


def check_script(repository, script, words):
    """A script is there, can be read by its interpreter, and knows the options that it gets."""
    path = repository / script
    if not path.is_file():
        raise Failure(f"there is no {script}")
    text = path.read_text(encoding="utf-8")
    first = text.splitlines()[0] if text else ""
    if "python" in first:
        ast.parse(text, script)
    elif "sh" in first:
        done = subprocess.run(["bash", "-n", path], capture_output=True, text=True, check=False)
        if done.returncode:
            raise Failure(f"{script} is no bash: {done.stderr.strip()}")
    if first.startswith("#!") and script.startswith("scripts/") and not os.access(path, os.X_OK):
        raise Failure(f"{script} cannot be executed")
    for word in words:
        option = word.split("=")[0]
        if re.match(r"--\w", option) and option not in text:
            raise Failure(f"{script} knows no option {option}")


def check_static(repository, command):
    presets = json.loads((repository / "CMakePresets.json").read_text(encoding="utf-8"))
    names = {p["name"] for p in presets["configurePresets"] if not p.get("hidden")}
    for part in re.split(r"\s*(?:&&|\|\||;|\|)\s*", re.sub(r"\s+#.*", "", command)):
        words = without_assignments(part).split()
        for i, word in enumerate(words):
            known = word.rstrip(".,;")
            if re.match(r"(scripts|jobs)/", known):
                check_script(repository, known, words[i + 1:])
            elif re.match(r"(configs|docker|docs|tests)/", known) and not (repository / known).exists():
                raise Failure(f"there is no {known}")
            if word == "--preset" and words[0] in ("cmake", "ctest") and words[i + 1] not in names:
                raise Failure(f"there is no preset {words[i + 1]}")


def plan(command):
    """("static", reason), or ("run", what to run)."""
    bare = without_assignments(command)
    for pattern, reason in STATIC:
        if re.match(pattern, bare):
            return "static", reason
    if not re.match(r"(build/\w+/)?cassette\b|mpirun\b|mpiexec\b|scripts/", bare):
        raise Failure(f"'{command}' is in no category: if it can be run in seconds, let plan() allow its first word; "
                      f"else give it a line in STATIC of tests/system/{Path(__file__).name}")
    for pattern, stand_in in WORDS:
        command = re.sub(pattern, stand_in, command)
    return "run", re.sub(r"\bbuild/\w+/cassette\b", "build/release/cassette", command)


def run(world, work, command):
    """Run a command in a copy of the world; only runs/ is really copied, where it is needed."""
    work.mkdir()
    for entry in world.iterdir():
        if entry.name != "runs":
            (work / entry.name).symlink_to(entry)
    if not re.search(r"cassette (run|prepare) (?!runs/)", command):  # those begin from nothing
        shutil.copytree(world / "runs", work / "runs")
    env = dict(os.environ, PATH=f"{world}/build/release:{os.environ['PATH']}", TMPDIR=str(work))
    try:
        done = subprocess.run(["bash", "-c", command], cwd=work, env=env, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired as late:
        raise Failure(f"longer than {SECONDS} s: {command}") from late
    finally:
        shutil.rmtree(work, ignore_errors=True)
    if done.returncode:
        raise Failure(f"exit status {done.returncode}: {command}\n{done.stdout[-2000:]}")


def check_yaml(repository, program, world):
    """Blocks of YAML are configurations: only their data may be missing."""
    for page in pages(repository):
        for language, lines in split_page(page.read_text(encoding="utf-8"))[0]:
            if language not in ("yaml", "yml"):
                continue
            path = world / "configs" / "block.yaml"
            path.write_text("\n".join(line for _, line in lines) + "\n", encoding="utf-8")
            done = subprocess.run([program, "prepare", path, "dataset.root=nowhere", "dataset.pretrain=",
                                   "--run", world / "block"], capture_output=True, text=True, check=False)
            if done.returncode != 3:
                yield f"{page.name}:{lines[0][0]}: this YAML is refused: {done.stderr.strip()}"


def check_links(repository):
    """Targets of links inside the repository exist, headings too, and the index is whole."""
    for page in pages(repository):
        _, prose = split_page(page.read_text(encoding="utf-8"))
        for match in re.finditer(r"\]\(([^)\s]+)\)", prose):
            target, _, heading = match.group(1).partition("#")
            if "://" in target:
                continue
            number = prose.count("\n", 0, match.start()) + 1
            path = (page.parent / target) if target else page
            if not path.exists():
                yield f"{page.name}:{number}: the link leads nowhere: {target}"
            elif heading and path.suffix == ".md" and heading not in headings(path):
                yield f"{page.name}:{number}: {path.name} has no heading for #{heading}"
    index = (repository / "docs/README.md").read_text(encoding="utf-8")
    for page in sorted((repository / "docs").glob("*.md")):
        if page.name != "README.md" and f"({page.name})" not in index:
            yield f"docs/README.md does not name {page.name}: add it to the table"


def headings(page):
    found = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w -]", "", h.lower()).strip().replace(" ", "-") for h in found}


def attempt(work, *arguments):
    try:
        work(*arguments)
        return None
    except (Failure, SyntaxError) as wrong:
        return str(wrong)


def main():
    repository, program, world = (Path(a).resolve() for a in sys.argv[1:4])
    listing = "--list" in sys.argv
    complaints, tasks = [], {}
    for place, command in all_commands(repository):
        if os.environ.get("DOCS", "") not in place:
            continue
        try:
            kind, what = plan(command)
        except Failure as wrong:
            complaints.append(f"{place}: {wrong}")
            continue
        if listing:
            print(f"{place}: {kind}: {what}" + (f": {command}" if kind == "static" else ""))
        key = (kind, what if kind == "run" else command)
        tasks.setdefault(key, []).append(place)
    if not listing:
        complaints += list(check_yaml(repository, program, world)) + list(check_links(repository))
        jobs = [(places, (run, world, world.parent / f"command-{i}", key[1]) if key[0] == "run" else
                 (check_static, repository, key[1])) for i, (key, places) in enumerate(tasks.items())]
        with ThreadPoolExecutor(2) as pool:
            answers = pool.map(lambda job: attempt(*job[1]), jobs)
            complaints += [f"{', '.join(places)}: {wrong}"
                           for (places, _), wrong in zip(jobs, answers) if wrong]
    for line in complaints:
        print(line, file=sys.stderr)
    ran = sum(kind == "run" for kind, _ in tasks)
    print(f"{ran} commands run, {len(tasks) - ran} checked, {len(complaints)} wrong")
    return 1 if complaints or not ran else 0


if __name__ == "__main__":
    sys.exit(main())
