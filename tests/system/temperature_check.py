"""Temperatures of a run's metrics.json, and what classify makes of them, by their definition in double precision:
T minimises the negative log-likelihood of softmax(log p / T) on the validation clips, found here by golden section."""

import csv
import json
import math
import sys

run = sys.argv[1]
metrics = json.load(open(f"{run}/metrics.json", encoding="utf-8"))
scene = {row["clip"]: row["scene"] for row in csv.DictReader(open(f"{run}/manifest.csv", encoding="utf-8"))}
held_out = list(csv.DictReader(open(f"{run}/predictions/held-out.csv", encoding="utf-8")))
classes = metrics["classes"]
BINS = 15


def near(what, got, want, tolerance):
    assert got is not None and abs(got - want) <= tolerance * (1 + abs(want)), f"{what}: {got} instead of {want}"


def temper(p, T):
    powers = [max(x, 1e-12) ** (1 / T) for x in p]
    return [x / sum(powers) for x in powers]


def nll(clips, T):
    return -sum(math.log(temper(p, T)[y]) for p, y in clips) / len(clips)


def error(clips, T):
    """Expected calibration error over 15 equal bins."""
    apart = {}
    for p, y in clips:
        q = temper(p, T)
        best = q.index(max(q))
        bin_of = min(int(q[best] * BINS), BINS - 1)
        apart[bin_of] = apart.get(bin_of, 0.0) + (best == y) - q[best]
    return sum(map(abs, apart.values())) / len(clips)


def minimum(clips):
    a, b, g = math.log(0.02), math.log(50.0), (math.sqrt(5) - 1) / 2
    for _ in range(80):
        c, d = b - g * (b - a), a + g * (b - a)
        a, b = (a, d) if nll(clips, math.exp(c)) < nll(clips, math.exp(d)) else (c, b)
    return math.exp((a + b) / 2)


def check(what, block, clips, T):
    assert block["clips"] == len(clips), what
    near(f"{what} nll", block["nll"], nll(clips, 1), 1e-7)  # sums of floats
    near(f"{what} nll_scaled", block["nll_scaled"], nll(clips, T), 1e-9)
    near(f"{what} error", block["calibration_error"], error(clips, 1), 1e-7)
    near(f"{what} scaled error", block["calibration_error_scaled"], error(clips, T), 1e-7)


def fit(what, of, clips):
    near(f"{what} temperature", of["value"], minimum(clips), 1e-6)
    check(what, of["validation"], clips, of["value"])
    sure = sorted(max(temper(p, of["value"])) for p, _ in clips)
    near(f"{what} unknown_below", of["unknown_below"], sure[int(0.05 * len(sure))], 1e-9)
    assert of["validation"]["nll_scaled"] < of["validation"]["nll"], what


def row(table, prefix=""):
    return [float(table[prefix + name]) for name in classes]


pooled, unheard, validation = [], {}, set()
for fold in metrics["folds"]:
    name, of = fold["name"], fold["temperature"]
    table = list(csv.DictReader(open(f"{run}/predictions/validation/{name}.csv", encoding="utf-8")))
    fit(name, of, [(row(r), classes.index(scene[r["filename"]])) for r in table])
    mine = [r for r in held_out if r["fold"] == name]
    clips = [(row(r, "p "), classes.index(r["truth"])) for r in mine]
    check(f"{name} held out", of["held_out"], clips, of["value"])
    pooled += [((p, y), of["value"]) for p, y in clips]
    validation |= {r["filename"] for r in table}
    for clip, p in [(r["filename"], row(r)) for r in table] + [(r["clip"], row(r, "p ")) for r in mine]:
        unheard.setdefault(clip, []).append(p)

# of the mean of all folds: clips that none of them trained on
folds = len(metrics["folds"])
common = [([sum(x) / folds for x in zip(*unheard[clip])], classes.index(scene[clip]))
          for clip in sorted(validation) if len(unheard[clip]) == folds]
assert folds == 1 or 0 < len(common) < sum(f["temperature"]["validation"]["clips"] for f in metrics["folds"]), len(common)
together = metrics["temperature"]
fit("all", together, common)
near("all nll", together["held_out"]["nll"], sum(nll([c], 1) for c, _ in pooled) / len(pooled), 1e-7)
near("all nll_scaled", together["held_out"]["nll_scaled"], sum(nll([c], T) for c, T in pooled) / len(pooled), 1e-9)
tempered = [((temper(p, T), y), 1) for (p, y), T in pooled]
near("all error", together["held_out"]["calibration_error_scaled"], error([c for c, _ in tempered], 1), 1e-7)

# what classify says
for T, raw, scaled in ((together["value"], "one.csv", "calibrated.csv"),
                       (metrics["folds"][0]["temperature"]["value"], "one-raw.csv", "one-calibrated.csv")):
    before, after = (list(csv.DictReader(open(name, encoding="utf-8"))) for name in (raw, scaled))
    assert len(before) == len(after) > 0
    for b, a in zip(before, after):
        assert [b[k] for k in ("filename", "scene_label", "second")] == [a[k] for k in ("filename", "scene_label", "second")]
        for got, want in zip(row(a), temper(row(b), T)):
            near(a["filename"], got, want, 1e-7)
sure = {r["filename"]: r for r in csv.DictReader(open("calibrated.csv", encoding="utf-8"))}
unknown = 0
for line in open("out.txt", encoding="utf-8"):
    said = json.loads(line)
    want = sure[said["filename"]]["scene_label"]
    assert said["top"][0]["scene_label"] == want, said
    assert said["scene_label"] == ("unknown" if said["confidence"] < together["unknown_below"] else want), said
    unknown += said["scene_label"] == "unknown"
assert 0 < unknown < len(sure), f"{unknown} unknown of {len(sure)}: tests nothing"
