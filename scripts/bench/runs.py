"""Starting what is measured: ours and the peers', each with its environment and peak memory."""
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
WAYS = {"fp32": [], "bf16": ["--bf16"], "compile": ["--compile"]}  # of the PyTorch program
IN_DEBIAN = os.path.join(HERE, "..", "in-debian")
SKIPPED = 77  # in-debian: no such system can be made here


class Missing(Exception):
    """Something that is measured against is not installed; the text says how to get it."""


def environment(threads):
    """As scripts/common.sh: Open MPI in containers and as root, and a fixed number of threads."""
    env = dict(os.environ, LC_ALL="C", OMP_NUM_THREADS=str(threads), OPENBLAS_NUM_THREADS=str(threads))
    with open(os.path.join(HERE, "..", "mpi.env"), encoding="ascii") as settings:
        env.update(line.strip().split("=", 1) for line in settings if not line.startswith("#"))
    if not shutil.which("ssh") and not shutil.which("rsh"):
        env["OMPI_MCA_plm"] = "isolated"
    if os.access("/dev/shm", os.W_OK):  # the disk is not what is compared
        env["TMPDIR"] = "/dev/shm"
    return env


def run(command, threads=1, given=os.devnull):
    """Standard output, and the peak resident bytes of the largest process below `command`, which
    reads the file `given`."""
    with (tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err,
          open(given, encoding="utf-8") as text):
        child = subprocess.Popen(command, stdin=text, stdout=out, stderr=err, env=environment(threads))
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if child.returncode != 0:
            tail = err.read()[-2000:]
            sys.exit(f"bench-peers: exit status {child.returncode} of {' '.join(command)}\n{tail}")
        return out.read(), usage.ru_maxrss * 1024


class Ours:
    def __init__(self, program):
        self.program = program

    def bench(self, kind, ranks=1, threads=1, batch=32, steps=3, products="fp32"):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as config:  # the paper's network
            config.write("dataset: {root: none}\n")
            config.flush()
            command = [self.program, "bench", kind, config.name, f"model.products={products}", "--batch",
                       str(batch), "--steps", str(steps), "--threads", str(threads)]
            if ranks > 1:
                command = ["mpirun", "-n", str(ranks)] + command
            out, peak = run(command, threads)
        result = json.loads(out.splitlines()[-1])
        result["peak"] = peak
        return result

    def beside(self, kind, jobs, batch, steps):
        """The same job several times at once, none knowing of the others."""
        with ThreadPoolExecutor(jobs) as pool:
            return list(pool.map(lambda _: self.bench(kind, 1, 1, batch, steps), range(jobs)))

    def machine(self):
        """What the figures were taken on, as (name, text) pairs: no figure is of an unknown processor."""
        result = self.bench("infer", 1, 1, 1, 1)
        env, peaks = result["environment"], result["core_peak_gflops"]
        return [("processor", f"{env['processor']} ({env['cpu']}), {env['cores_online']} cores"),
                ("caches", env["caches"]), ("kernels", env["kernels"]),
                ("a core's peak, GFLOP/s", ", ".join(f"{k} {v:.0f}" for k, v in peaks.items())),
                ("compiler", env["compiler"]), ("system", platform.platform()), ("load", load())]


class Peers:
    def __init__(self, python, torch_program, reference, suite):
        self.python, self.torch_program, self.reference = python, torch_program, reference
        self.suite, self.torch_ready, self.dnnl_program = suite, False, None

    def need(self, module, package):
        probe = subprocess.run([self.python, "-c", f"import {module}"], capture_output=True)
        if probe.returncode != 0:
            raise Missing(f"no {module} for {self.python}: apt-get install {package}")

    def make_torch(self):
        """Once: PyTorch of the suite, and the compiler that torch.compile calls."""
        if self.torch_ready:
            return
        if not os.path.exists(self.torch_program):
            raise Missing(f"no {self.torch_program}: name the PyTorch program with --peer")
        if not self.suite:
            self.need("torch", "python3-torch")
        else:
            packages = "python3-torch python3-numpy python3-dev python3-setuptools libtorch-dev g++"
            made = subprocess.run(
                [IN_DEBIAN, self.suite, "sh", "-c", f"dpkg -s {packages} >/dev/null 2>&1 || {{ apt-get -q "
                 f"update && apt-get install -qy --no-install-recommends {packages}; }}"],
                stdin=subprocess.DEVNULL, capture_output=True, text=True)
            if made.returncode == SKIPPED:
                raise Missing(f"{made.stderr.strip()}; --suite \"\" takes this system's PyTorch")
            if made.returncode != 0:
                sys.exit(f"bench-peers: no PyTorch in {self.suite}\n{made.stderr[-2000:]}")
        self.torch_ready = True

    def torch(self, way, ranks, threads, batch, steps):
        """{"name": version and way, "train": clips/s, "infer": clips/s, "peak": bytes}"""
        self.make_torch()
        words = ["bench", "--batch", str(batch), "--steps", str(steps), "--threads", str(threads),
                 "--ranks", str(ranks), *WAYS[way]]
        if self.suite:  # which does not see the program's folder
            command = [IN_DEBIAN, self.suite, "sh", "-c",
                       'cat >/tmp/peer.py && exec python3 /tmp/peer.py "$@"', "sh", *words]
        else:
            command = [self.python, self.torch_program, *words]
        out, peak = run(command, threads, self.torch_program)
        found = re.search(r"train ([\d.]+) clips/s\s+infer ([\d.]+) clips/s\s+\(torch ([\w.]+)", out)
        return {"name": f"{found[3]} {way}", "train": float(found[1]), "infer": float(found[2]),
                "peak": peak}

    def features(self, seconds):
        """{"torchaudio": clips/s, ...} of those that are installed."""
        out, _ = run([self.python, f"{HERE}/peer_features.py", self.reference, str(seconds)])
        return json.loads(out)

    def torch_layers(self, steps):
        self.need("torch", "python3-torch")
        return json.loads(run([self.python, f"{HERE}/peer_layers.py", str(steps)])[0])

    def dnnl_layers(self, steps):
        if not self.dnnl_program:
            target = os.path.join(tempfile.mkdtemp(prefix="cassette-bench-"), "dnnl_layers")
            built = subprocess.run(["cc", "-O2", "-o", target, f"{HERE}/dnnl_layers.c", "-ldnnl"],
                                   capture_output=True, text=True)
            if built.returncode != 0:
                raise Missing("oneDNN 2.x cannot be compiled against: apt-get install libdnnl-dev")
            self.dnnl_program = target
        return json.loads(run([self.dnnl_program, str(steps)])[0])

    def clean(self):
        if self.dnnl_program:
            shutil.rmtree(os.path.dirname(self.dnnl_program), ignore_errors=True)


def load():
    return " ".join(f"{x:.1f}" for x in os.getloadavg())
