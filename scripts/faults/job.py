"""The tiny job of scripts/fault-test and scripts/power-test: one fold, twelve clips, a second of work."""
import csv
import glob
import hashlib
import json
import math
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile

root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
program = os.path.abspath(os.environ.get("CASSETTE", root + "/build/release/cassette"))
HANG_S = 300  # a job takes one second; only one that hangs is still there after this
CONFIG = """
dataset: {layout: csv, root: ds}
features: {frames: 16}
model: {blocks: [8, 16], reduction: 4, pooled_frames: 4, heads: 2, feedforward: 16}
train: {batch: 4, epochs: 1, learning_rate: 2e-3}
split: {held_out: [A]}
evaluate: {bootstrap: 20}
"""


def recordings():
    """Twelve clips of half a second in two cities and two classes, half of them without a label."""
    os.makedirs("ds/audio")
    draw, rows = random.Random(1), []
    for i in range(12):
        city, label, session = "AB"[i % 2], ("low", "high")[i // 2 % 2], i // 4
        hz = 300 if label == "low" else 2000
        data = b"".join(struct.pack("<h", int(9000 * math.sin(2 * math.pi * hz * t / 16000) + draw.gauss(0, 300)))
                        for t in range(8000))
        with open("ds/audio/c%02d.wav" % i, "wb") as f:
            f.write(b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " +
                    struct.pack("<IHHIIHH", 16, 1, 1, 16000, 32000, 2, 16) + b"data" + struct.pack("<I", len(data)) + data)
        rows.append(["c%02d.wav" % i, label if i < 8 else "", city, "%s-%d" % (label, session)])
    with open("ds/clips.csv", "w", newline="") as f:
        csv.writer(f).writerows([["filename", "scene_label", "city", "session"]] + rows)
    with open("job.yaml", "w") as f:
        f.write(CONFIG)


def enter():
    """A new directory, in memory where there is room, with the recordings in it; leave() removes it."""
    environment = {"OMP_NUM_THREADS": "1", "LC_ALL": "C"}
    with open(os.path.join(root, "scripts", "mpi.env"), encoding="ascii") as settings:
        environment.update(line.strip().split("=", 1) for line in settings if not line.startswith("#"))
    for name, value in environment.items():
        os.environ.setdefault(name, value)
    if not os.path.exists(program):
        sys.exit("%s is not there; run scripts/build, or set CASSETTE" % program)
    os.chdir(tempfile.mkdtemp(prefix="cassette-faults-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None))
    os.mkdir("bin")
    with open("bin/gnuplot", "w") as f:
        f.write("#!/bin/sh\nexit 127\n")  # figures are not what is looked at
    os.chmod("bin/gnuplot", 0o755)
    os.environ["PATH"] = os.getcwd() + "/bin:" + os.environ["PATH"]
    recordings()


def leave():
    shutil.rmtree(os.getcwd())


def library(name):
    """A library of the tests that is loaded in front of the program's."""
    path = os.path.join(os.environ.get("PRELOADS", os.path.join(os.path.dirname(program), "tests")), "lib%s.so" % name)
    if not os.path.exists(path):
        sys.exit("%s is not there; run scripts/build, or set PRELOADS" % path)
    return path


def start(run, ranks, preload=None, **environment):
    """The whole job in the run directory `run`."""
    launcher = ["mpirun", "-n", str(ranks)] if ranks > 1 else []
    words = launcher + (["env", "LD_PRELOAD=" + preload] if preload else []) + [program, "run", "job.yaml", "--run", run]
    return subprocess.run(words, env=dict(os.environ, **environment), timeout=HANG_S, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace")


def digest(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()[:16]


def result(run):
    """What two jobs must have in common, by file."""
    patterns = "checkpoints/best-*.h5", "predictions/**", "pseudo_labels/**", "metrics.json"
    found = {os.path.relpath(p, run): digest(p) for pattern in patterns
             for p in glob.glob(os.path.join(glob.escape(run), pattern), recursive=True) if os.path.isfile(p)}
    with open(run + "/metrics.jsonl") as f:
        for number, line in enumerate(f):
            event = json.loads(line)
            for clock in ("time", "clips_per_s", "step_s"):
                event.pop(clock, None)
            found["metrics.jsonl:%d" % (number + 1)] = json.dumps(event)
    return found


def differences(want, got):
    return [k for k in sorted(set(want) | set(got)) if want.get(k) != got.get(k)]


def temporaries(run):
    return [os.path.join(d, f) for d, _, files in os.walk(run) for f in files if f.endswith(".tmp")]


