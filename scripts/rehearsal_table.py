"""What scripts/rehearsal needs of Python.

    rehearsal_table.py thin TABLES OUT N           every N-th row of the tables, at least two of each class that has a label
    rehearsal_table.py table WORK TABLE.md [PAGE]  the figures of both runs, from what they left
"""
import collections
import csv
import io
import json
import sys
from pathlib import Path

BEGIN, END = "<!-- rehearsal -->", "<!-- /rehearsal -->"


def read_rows(path):
    """The header line and (line, fields) of every row: lines keep their bytes."""
    text = path.read_bytes().decode("utf-8")
    lines = text.splitlines(keepends=True)
    rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
    assert len(rows) == len(lines), f"{path}: a row of several lines"
    return lines[0], list(zip(lines[1:], rows[1:]))


def every(rows, n, least):
    wanted = min(len(rows), max(least, round(len(rows) / n)))
    return [rows[i * len(rows) // wanted] for i in range(wanted)]


def thin(tables, out, n):
    out.mkdir(parents=True, exist_ok=True)
    kept = set()
    labels = tables / "ICME2024_ASC_dev_label.csv"
    by_class = collections.defaultdict(list)
    for _, (name, label) in read_rows(labels)[1]:
        by_class[label].append(name)
    for label, names in by_class.items():
        kept.update(every(names, n, 2 if label else 0))
    for path in sorted(tables.glob("*.csv")):
        header, rows = read_rows(path)
        if "eval" in path.name:
            kept.update(fields[0] for _, fields in every(rows, n, 0))
        text = header + "".join(line for line, fields in rows if fields[0] in kept)
        (out / path.name).write_bytes(text.encode("utf-8"))


def size_of(path):
    return sum(p.stat().st_size for p in path.rglob("*") if p.is_file())


def mib(n):
    return f"{n / 2**20:,.1f} MiB"


def jobs(run):
    """By step: attempts, seconds and core-hours of all of them."""
    found = collections.OrderedDict()
    for line in (run / "sacct.txt").read_text().splitlines():
        name, _, elapsed, cpus = line.split("|")
        job = found.setdefault(name.rsplit("-", 1)[-1], [0, 0, 0.0])
        job[0] += 1
        job[1] += int(elapsed)
        job[2] += int(elapsed) * int(cpus) / 3600
    return found


def facts(run, lost):
    told = json.loads((run / "rehearsal.json").read_text())
    segments = json.loads((run / "record.json").read_text())["segments"]
    checkpoints = sorted((run / "checkpoints").glob("last-*.h5"))
    models = sorted((run / "checkpoints").glob("best-*.h5"))
    rows = [("from submission to report", f"{told['wall_s']:,} s")]
    hours = 0.0
    for step, (attempts, seconds, core_hours) in jobs(run).items():
        rows.append((f"{step}: attempts, wall time of all", f"{attempts}, {seconds:,} s"))
        hours += core_hours
    rows.append(("core-hours allocated", f"{hours:.3f}"))
    rows.append(("memory of a rank, peak", mib(max(s.get("peak_bytes_per_rank", 0) for s in segments))))
    rows.append(("sent by the nodes, all traffic", "not known" if lost else mib(told["sent_bytes"])))  # a lost node's count is lost
    rows.append(("features", mib(size_of(run / "features"))))
    rows.append(("the run's directory without them", mib(size_of(run) - size_of(run / "features"))))
    rows.append(("a checkpoint; a finished model", f"{mib(checkpoints[-1].stat().st_size)}; {mib(models[-1].stat().st_size)}"))
    return rows


def table(work, out, page):
    events = json.loads((work / "events.json").read_text())
    runs = [work / "runs" / name for name in ("undisturbed", "disturbed")]
    segment = json.loads((runs[0] / "record.json").read_text())["segments"][-1]
    sets = collections.Counter(r["set"] for r in csv.DictReader((runs[0] / "manifest.csv").open(encoding="utf-8")))
    clips = ", ".join(f"{sets[s]:,} {s}" for s in ("development", "evaluation", "pretrain"))
    every_nth = "all rows" if events["scale"] == 1 else f"every {events['scale']}th row"
    text = [f"{every_nth} of the tables ({clips} clips), synthetic audio of {events['seconds']:g} s a clip; "
            f"`configs/challenge.yaml` with `{events['recipe'] or 'nothing'}` changed; two nodes of one machine "
            f"({segment['cpu']}, {segment['cores_online']} cores), a rank on each; commit {segment['commit']}. Disturbed: "
            f"{events['killed']} ranks killed, nodes lost: {events['lost']}, {events['limits']} ends by the time limit of "
            f"{events['limit_min']} min. All digests of both runs are equal.", "",
            "| | undisturbed | disturbed |", "|---|---:|---:|"]
    for (name, one), (other_name, other) in zip(facts(runs[0], 0), facts(runs[1], events["lost"]), strict=True):
        assert name == other_name, (name, other_name)
        text.append(f"| {name} | {one} | {other} |")
    out.write_text("\n".join(text) + "\n", encoding="utf-8")
    if page:
        before, rest = page.read_text(encoding="utf-8").split(BEGIN, 1)
        after = rest.split(END, 1)[1]
        page.write_text("\n".join([before + BEGIN, "", *text, "", END + after]), encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1] == "thin":
        thin(Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
    else:
        table(Path(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4]) if len(sys.argv) > 4 else None)
