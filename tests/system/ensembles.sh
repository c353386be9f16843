#!/usr/bin/env bash
# Several voices: runs that answer together, and clips of a session with one voice, by their definition in NumPy; the order
# of runs and the number of ranks cannot show; what does not fit is refused.
. "$(dirname "$0")/lib.sh"
make_tiny
cat >small.yaml <<YAML
extends: $configs/tiny.yaml
dataset: {pretrain: []}
features: {store: features}
strategy: {name: supervised}
train: {epochs: 1}
evaluate: {vote: session}
YAML
for seed in 1 2 3; do
  "$cassette" run small.yaml --run runs/$seed seed=$seed evaluate.vote=none >out.txt 2>err.txt || fail "seed $seed: $(tail -3 err.txt)"
done
[ ! -e runs/1/predictions/evaluation-vote.csv ] || fail "votes that nobody asked for"
cp -r runs/1 runs/turned && cp -r runs/1 runs/ranks

"$cassette" evaluate small.yaml --run runs/1 --with runs/2 --with runs/3 seed=1 >said.txt 2>err.txt || fail "evaluate: $(tail -3 err.txt)"
"$cassette" predict small.yaml --run runs/1 --with runs/2 --with runs/3 seed=1 >out.txt 2>err.txt || fail "predict: $(tail -3 err.txt)"
grep -Eq '^clips recorded together with one voice: [0-9.]+ %, 95 % interval .* \(tier session\)$' said.txt || fail "no vote: $(cat said.txt)"
grep -Eq '^3 runs together: [0-9.]+ %, 95 % interval ' said.txt || fail "no ensemble: $(cat said.txt)"

"$cassette" report runs/1 >out.txt 2>err.txt || fail "report: $(tail -3 err.txt)"
for says in 'Clips recorded together with one voice \(tier session\): [0-9.]+ %' '3 runs together: [0-9.]+ %'; do
  grep -Eq "$says" runs/1/report/report.md || fail "report.md does not say: $says"
done

/usr/bin/env python3 - <<'PY' || fail "not the definition"
import csv, json, math

def table(path):
    with open(path, encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    classes = [c for c in rows[0] if c != "filename"]
    return classes, {r["filename"]: [float(r[c]) for c in classes] for r in rows}

def pool(rows):
    z = [sum(math.log(max(row[k], 1e-12)) for row in rows) / len(rows) for k in range(len(rows[0]))]
    e = [math.exp(x - max(z)) for x in z]
    return [x / sum(e) for x in e]

def close(a, b):
    return all(abs(x - y) < 1e-8 for x, y in zip(a, b))

manifest = {r["clip"]: r for r in csv.DictReader(open("runs/1/manifest.csv", encoding="utf-8"))}

def by_session(answers):
    groups = {}
    for clip in answers:
        groups.setdefault(manifest[clip]["session"], []).append(clip)
    return {clip: pool([answers[c] for c in group]) for group in groups.values() for clip in group}

# the evaluation set
name = "predictions/evaluation-probabilities.csv"
classes, _ = table("runs/1/" + name)
runs = [table(f"runs/{seed}/{name}")[1] for seed in (1, 2, 3)]
together = {clip: pool([run[clip] for run in runs]) for clip in runs[0]}
for path, want in (("ensemble", together), ("evaluation-vote", by_session(runs[0])), ("ensemble-vote", by_session(together))):
    _, got = table(f"runs/1/predictions/{path}-probabilities.csv")
    assert got.keys() == want.keys() and all(close(got[c], want[c]) for c in want), path
    labels = {r["filename"]: r["scene_label"] for r in csv.DictReader(open(f"runs/1/predictions/{path}.csv", encoding="utf-8"))}
    assert all(labels[c] == classes[max(range(len(p)), key=lambda k: p[k])] for c, p in got.items()), path
assert by_session(runs[0]) != runs[0]

# held-out clips, fold by fold
right = {"vote": {}, "ensemble": {}}
for row in csv.DictReader(open("runs/1/predictions/held-out.csv", encoding="utf-8")):
    if row["counts"] == "1":
        right["vote"].setdefault(row["fold"], []).append(row)
def macro(answer):
    hits, all_ = {}, {}
    for fold, rows in right["vote"].items():
        for row in rows:
            all_[row["truth"]] = all_.get(row["truth"], 0) + 1
            hits[row["truth"]] = hits.get(row["truth"], 0) + (answer(fold, row["clip"]) == row["truth"])
    return sum(hits[k] / all_[k] for k in all_) / len(all_)
from pathlib import Path
tables = {}
for path in Path("runs/1/predictions/held-out").glob("*.csv"):
    fold = next(r["fold"] for r in csv.DictReader(open("runs/1/predictions/held-out.csv", encoding="utf-8"))
                if r["clip"] in table(path)[1])
    tables[fold] = [table(f"runs/{seed}/predictions/held-out/{path.name}")[1] for seed in (1, 2, 3)]
best = lambda p: classes[max(range(len(p)), key=lambda k: p[k])]
votes = {fold: by_session(t[0]) for fold, t in tables.items()}
metrics = json.load(open("runs/1/metrics.json", encoding="utf-8"))
assert abs(metrics["vote"]["macro_accuracy"] - macro(lambda f, c: best(votes[f][c]))) < 1e-9
assert abs(metrics["ensemble"]["macro_accuracy"] - macro(lambda f, c: best(pool([t[c] for t in tables[f]])))) < 1e-9
assert metrics["ensemble"]["runs"] == 3 and metrics["vote"]["tier"] == "session"
PY

# neither order nor ranks
"$cassette" evaluate small.yaml --run runs/turned --with runs/3 --with runs/2 seed=1 >other.txt 2>err.txt || fail "turned: $(tail -3 err.txt)"
"$cassette" predict small.yaml --run runs/turned --with runs/3 --with runs/2 seed=1 >out.txt 2>err.txt || fail "turned: $(tail -3 err.txt)"
cmp said.txt other.txt || fail "the order of runs shows"
for n in 3 5; do
  for phase in evaluate predict; do
    mpirun -n $n "$cassette" $phase small.yaml --run runs/ranks 'evaluate.with=[runs/2, runs/3]' seed=1 >$phase.txt 2>err.txt ||
      fail "$n ranks: $phase: $(tail -3 err.txt)"
  done
  cmp said.txt evaluate.txt || fail "the number of ranks shows: $n"
  for file in ensemble ensemble-probabilities ensemble-vote evaluation-vote; do
    for run in turned ranks; do
      cmp runs/1/predictions/$file.csv runs/$run/predictions/$file.csv || fail "$file of $run at $n ranks"
    done
  done
done

refused() # FRAGMENT RUN: exit 3 and one line
{
  local got=0
  "$cassette" evaluate small.yaml --run runs/1 --with "$2" seed=1 >out.txt 2>err.txt || got=$?
  [ $got -eq 3 ] || fail "exit $got: --with $2: $(cat err.txt)"
  grep -q "error: .*$1" err.txt || fail "no '$1': $(cat err.txt)"
}
refused 'runs/none/predictions/held-out/.*no such table' runs/none
refused 'are the same table' runs/1
cp -r runs/2 runs/elsewhere
sed -i 's/"data": *"[0-9a-f]*"/"data": "0"/' runs/elsewhere/metrics.json
refused 'runs\/elsewhere: was evaluated on other data' runs/elsewhere
mkdir -p runs/other/predictions && cp -r runs/2/predictions/held-out runs/other/predictions
for file in runs/other/predictions/held-out/*.csv; do sed -i '1s/Bus/Coach/' "$file"; done
refused "'Coach' is no class of the data set" runs/other
for file in runs/other/predictions/held-out/*.csv; do sed -i '1s/Coach/Bus/; 2d' "$file"; done
refused 'is in 1 of 2 tables' runs/other
