"""Every figure of a run's metrics.json against its answers (predictions/held-out.csv, manifest.csv): each block is over
one set of clips, that of the fold's own training, and what is compared has the same classes on both sides."""

import collections
import csv
import json
import sys

run = sys.argv[1]
metrics = json.load(open(f"{run}/metrics.json", encoding="utf-8"))
city = {row["clip"]: row["city"] for row in csv.DictReader(open(f"{run}/manifest.csv", encoding="utf-8"))}
answers = list(csv.DictReader(open(f"{run}/predictions/held-out.csv", encoding="utf-8")))
classes = metrics["classes"]


def same(what, got, want):
    near = isinstance(want, float) and got is not None and abs(got - want) < 1e-9
    assert near or got == want, f"{what}: {got} instead of {want}"


def macro(rows):
    """The mean over classes that occur of right / clips."""
    by_class = collections.defaultdict(list)
    for row in rows:
        by_class[row["truth"]].append(row["truth"] == row["predicted"])
    return sum(sum(hits) / len(hits) for hits in by_class.values()) / len(by_class) if by_class else None


def headline(what, block, rows):
    same(f"{what}: macro_accuracy", block["macro_accuracy"], macro(rows))
    right = sum(row["truth"] == row["predicted"] for row in rows)
    same(f"{what}: accuracy", block["accuracy"], right / len(rows) if rows else None)
    same(f"{what}: answers", block["answers"], len(rows))
    same(f"{what}: clips", block["clips"], len({row["clip"] for row in rows}))
    same(f"{what}: sessions", block["sessions"], len({row["session"] for row in rows}))


def figures(what, block, rows):
    """All figures of a block are over those of its clips that count."""
    counted = [row for row in rows if row["counts"] == "1"]
    headline(what, block, counted)
    same(f"{what}: not_testable_clips", block["not_testable_clips"], len(rows) - len(counted))
    same(f"{what}: not_testable", sum(entry["clips"] for entry in block["not_testable"]), len(rows) - len(counted))
    same(f"{what}: confusion", sum(map(sum, block["confusion"])), len(counted))
    same(f"{what}: class_clips", sum(block["class_clips"].values()), len(counted))
    same(f"{what}: city_clips", sum(block["city_clips"].values()), len(counted))
    for name in classes:
        of_class = [row for row in counted if row["truth"] == name]
        same(f"{what}: {name}", block["class_accuracy"][name], macro(of_class))
        same(f"{what}: clips of {name}", block["class_clips"][name], len(of_class))
    for name, share in block["city_accuracy"].items():
        of_city = [row for row in counted if city[row["clip"]] == name]
        same(f"{what}: {name}", share, sum(r["truth"] == r["predicted"] for r in of_city) / len(of_city))
        same(f"{what}: macro of {name}", block["city_macro_accuracy"][name], macro(of_city))
    comparison(what, block)


def comparison(what, block):
    both = block["seen_against_unseen"]
    if not both["classes"]:
        return
    assert set(both["classes"]) <= set(classes)
    same(f"{what}: drop", both["drop"], both["seen"]["macro_accuracy"] - both["unseen"]["macro_accuracy"])
    same(f"{what}: seen", block["seen"], both["seen"]["macro_accuracy"])
    same(f"{what}: unseen", block["unseen"], both["unseen"]["macro_accuracy"])
    low, high = both["drop_ci95"]
    assert low <= both["drop"] <= high, f"{what}: {both}"


figures("pooled", metrics, answers)
for fold in metrics["folds"]:
    figures(fold["name"], fold, [row for row in answers if row["fold"] == fold["name"]])

# the grid of cities and classes holds the same clips
counted = [row for row in answers if row["counts"] == "1"]
cells = metrics["cells"]
same("calibration", sum(b["clips"] for b in metrics["calibration"]), len(counted))
same("cells", sum(cell["unseen"]["answers"] + cell["not_testable"] for cell in cells), len(answers))
if metrics["protocol"] != "official":  # every held-out clip is in a city that its fold did not hear
    headline("unseen", metrics["unseen_cities"], counted)
both = metrics["seen_against_unseen"]
for side in ("seen", "unseen"):
    right, asked = collections.Counter(), collections.Counter()
    for cell in cells:
        if cell["class"] in both["classes"]:
            right[cell["class"]] += cell[side]["correct"]
            asked[cell["class"]] += cell[side]["answers"]
    assert sorted(asked) == sorted(both["classes"]) and 0 not in asked.values(), f"{side}: {asked}"
    same(side, metrics[side], sum(right[k] / asked[k] for k in asked) / len(asked))
    same(f"{side} clips", both[side]["clips"], sum(c[side]["clips"] for c in cells if c["class"] in asked))
assert both["seen"]["clips"] < both["seen"]["answers"], "no clip of seen cities was answered by two folds: test nothing"
assert metrics["not_testable_clips"] > 0, "no class that a fold cannot score: test nothing"
