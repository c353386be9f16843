#!/usr/bin/env bash
# Recipes of package managers and the citation: they can be read, have the project's version, and name what CMakeLists.txt
# asks for.  And scripts/track: what a tracker is told, by stand-ins that write down what they are called with.
. "$(dirname "$0")/lib.sh"
python3 - "$repository" <<'PY' || fail "recipes"
import ast, re, sys
root = sys.argv[1]
def read(name):
    return open(f"{root}/{name}", encoding="utf-8").read()
cmake = read("CMakeLists.txt")
version = re.search(r"project\(cassette VERSION ([\d.]+)", cmake).group(1)
citation = read("CITATION.cff")
assert f"\nversion: {version}\n" in citation and "\ncff-version: 1.2.0\n" in "\n" + citation and "\nlicense: MIT\n" in citation
try:
    import yaml
    fields = yaml.safe_load(citation)
    assert {"cff-version", "message", "title", "authors", "version", "license"} <= set(fields), fields.keys()
    assert all(set(a) <= {"name", "given-names", "family-names"} for r in [fields] + fields["references"] for a in r["authors"])
except ImportError:
    pass
# what the build asks for, as the two call it; "system": they have none and the recipe says so
needs = {"sndfile": ("libsndfile", "libsndfile"), "soxr": ("system", "libsoxr-dev"), "fftw3": ("fftw", "foss"),
         "yaml-0.1": ("libyaml", "libyaml"), "jansson": ("jansson", "Jansson"),
         "libxxhash": ("xxhash", "xxHash"), "libutf8proc": ("utf8proc", "utf8proc")}
asked = re.search(r"foreach\(lib ([^)]*)\)", cmake).group(1).split()
assert sorted(asked) == sorted(needs), asked
needs.update(hdf5=("hdf5", "HDF5"), MPI=("mpi", "foss"), csv=("system", "libcsv-dev"), Random123=("random123", "librandom123-dev"))
spack, easybuild = read("packaging/spack/package.py"), read(f"packaging/easybuild/Cassette-{version}-foss-2023b.eb")
tree = ast.parse(spack)
(package,) = [node for node in tree.body if isinstance(node, ast.ClassDef)]
called = [(c.func.id, c.args[0].value) for c in ast.walk(package) if isinstance(c, ast.Call) and isinstance(c.func, ast.Name) and c.args]
assert ("version", version) in called, called
has = {re.split("[@ +]", name)[0] for call, name in called if call == "depends_on"}
values = {}
exec(compile(easybuild, "easyconfig", "exec"), {}, values)
assert values["version"] == version and values["easyblock"] == "CMakeMake"
names = {d[0] for d in values["dependencies"]} | {name for names in values["osdependencies"] for name in names} | {values["toolchain"]["name"]}
for need, (s, e) in needs.items():
    assert s == "system" and need in spack or s in has, (need, has)
    assert e in names, (need, names)
minimum = re.search(r"cmake_minimum_required\(VERSION ([\d.]+)\)", cmake).group(1)
assert f'"cmake@{minimum}:"' in spack
PY

# trackers: without their package one line; with it every number of the journal, every setting, the final figures
mkdir -p "runs/a run/report" bare stand-ins/mlflow
run="runs/a run"
cat >"$run/metrics.jsonl" <<'JSON'
{"event":"stage","stage":"finetune","fold":"Xi'an","labelled":40,"time":1.0}
{"event":"step","stage":"finetune","fold":"Xi'an","epoch":0,"step":0,"loss":2.5,"time":2.0}
{"event":"epoch","stage":"finetune","fold":"Xi'an","round":1,"epoch":0,"train_loss":2.25,"best":true,"learning_rate":null,"step_s":{"min":0.5,"ranks":[[1,2,3]]},"time":3.5}
JSON
printf '{"event":"step","st' >>"$run/metrics.jsonl" # the job is writing it
echo '{"macro_accuracy": 0.5, "ci95": [0.4, 0.6], "protocol": "official", "seen": null}' >"$run/metrics.json"
printf '# Resolved configuration\nname: a run\ntrain:\n  epochs: 30\n  student:\n    batch: 8\n' >"$run/config.yaml"
echo '{"segments": [{"version": "0.1.0", "ranks": 2}]}' >"$run/record.json"
echo '<html></html>' >"$run/report/report.html"
track=$repository/scripts/track
cat >stand-ins/mlflow/__init__.py <<'PY'
import json
from mlflow import entities
LOG = open("mlflow.log", "w", encoding="utf-8")
def note(*what): LOG.write(json.dumps(what) + "\n"); LOG.flush()
def set_experiment(name): note("experiment", name)
class start_run:
    def __init__(self, run_name): note("run", run_name); self.info = type("info", (), {"run_id": "r1"})
    def __enter__(self): return self
    def __exit__(self, *_): note("end")
def log_artifact(path, where): note("artifact", path, where)
class tracking:
    class MlflowClient:
        def log_batch(self, run_id, metrics=(), params=(), tags=()):
            assert run_id == "r1" and len(metrics) <= 1000 and len(params) <= 100 and len(tags) <= 100
            for kind, list_ in (("metric", metrics), ("param", params), ("tag", tags)):
                for entity in list_: note(kind, *entity.said)
PY
cat >stand-ins/mlflow/entities.py <<'PY'
class Entity:
    def __init__(self, *said): self.said = said
class Metric(Entity):
    def __init__(self, key, value, timestamp, step):
        assert isinstance(timestamp, int) and isinstance(step, int) and set(key) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./ ")
        super().__init__(key, value, timestamp, step)
Param = RunTag = Entity
PY
cat >stand-ins/wandb.py <<'PY'
import json
LOG = open("wandb.log", "w", encoding="utf-8")
def note(*what): LOG.write(json.dumps(what) + "\n"); LOG.flush()
class Run:
    dir, last = "wandb/offline-run-1/files", -1
    def __init__(self): self.summary = {}
    def log(self, said, step):
        assert step > self.last
        self.last = step
        note("log", step, said)
    def save(self, path, base_path, policy): note("save", path)
    def finish(self): note("summary", self.summary)
def init(project, name, mode, config): note("init", project, name, mode, config); return Run()
PY
PYTHONPATH=stand-ins "$track" "$run" --mlflow >out.txt 2>err.txt || fail "mlflow: $(cat err.txt)"
grep -q '^MLflow run r1: 2 events, 3 settings$' out.txt || fail "mlflow says: $(cat out.txt)"
PYTHONPATH=stand-ins "$track" "$run" --wandb-offline --project mine >out.txt 2>err.txt || fail "wandb: $(cat err.txt)"
python3 - <<'PY' || fail "trackers"
import json
def read(name): return [json.loads(line) for line in open(name, encoding="utf-8")]
told = read("mlflow.log")
assert ["experiment", "cassette"] in told and ["run", "a run"] in told and told[-1] == ["end"]
assert [t[1:] for t in told if t[0] == "param"] == [["name", "a run"], ["train.epochs", "30"], ["train.student.batch", "8"]]
assert sorted(t[1:] for t in told if t[0] == "metric") == sorted([
    ["finetune/Xi_an/step/loss", 2.5, 2000, 0], ["finetune/Xi_an/round 1/epoch/train_loss", 2.25, 3500, 1],
    ["finetune/Xi_an/round 1/epoch/step_s/min", 0.5, 3500, 1],
    ["final/macro_accuracy", 0.5, 3500, 0], ["final/ci95/0", 0.4, 3500, 0], ["final/ci95/1", 0.6, 3500, 0]]), told
assert ["artifact", "runs/a run/report/report.html", "report"] in told and ["tag", "cassette.ranks", "2"] in told
told = read("wandb.log")
assert told[0][1:4] == ["mine", "a run", "offline"] and told[0][4]["train.epochs"] == "30"
assert [t[1:] for t in told if t[0] == "log"] == [[0, {"finetune/Xi'an/step/loss": 2.5}], [1, {
    "finetune/Xi'an/round 1/epoch/train_loss": 2.25, "finetune/Xi'an/round 1/epoch/step_s/min": 0.5}]]
assert told[-1] == ["summary", {"final/macro_accuracy": 0.5, "final/ci95/0": 0.4, "final/ci95/1": 0.6}]
PY
refuses() # CODE FRAGMENT ARGUMENT…
{
  local code=$1 fragment=$2 got=0
  shift 2
  PYTHONPATH=${modules:-stand-ins} "$track" "$@" >out.txt 2>err.txt || got=$?
  [ $got -eq "$code" ] || fail "exit $got instead of $code: track $*: $(cat err.txt)"
  grep -q -- "$fragment" err.txt || fail "track $* says no '$fragment': $(cat err.txt)"
  if grep -q Traceback err.txt; then fail "track $*: $(cat err.txt)"; fi
}
mkdir none
echo 'raise ImportError' | tee none/mlflow.py >none/wandb.py
modules=none refuses 2 'needs the package mlflow; install it (pip install mlflow)' "$run" --mlflow
modules=none refuses 2 'needs the package wandb; install it (pip install wandb)' "$run" --wandb-offline
refuses 3 'bare/metrics.jsonl: No such file' bare --mlflow
refuses 2 'required' "$run"
refuses 2 'not allowed with' "$run" --mlflow --wandb-offline
mkdir bad
cp "$run/config.yaml" bad
printf 'no json\n{}\n' >bad/metrics.jsonl
refuses 3 'bad/metrics.jsonl line 1: no JSON' bad --mlflow
echo '{"event":"stage"}' >bad/metrics.jsonl
refuses 3 'has no events yet' bad --wandb-offline
cp "$run/metrics.jsonl" bad
echo '{' >bad/metrics.json
refuses 3 'bad/metrics.json: no JSON' bad --mlflow
printf '\xff\n' >bad/metrics.jsonl
refuses 3 'bad/metrics.jsonl: no text' bad --mlflow
true
