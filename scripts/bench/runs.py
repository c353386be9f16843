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


def run(command, threads=1):
    """Standard output, and the peak resident bytes of the largest process below `command`."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        child = subprocess.Popen(command, stdout=out, stderr=err, env=environment(threads))
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

    def bench(self, kind, ranks=1, threads=1, batch=32, steps=3):
        command = [self.program, "bench", kind, "--batch", str(batch), "--steps", str(steps),
                   "--threads", str(threads)]
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


class Peers:
    def __init__(self, python, torch_program, reference):
        self.python, self.torch_program, self.reference = python, torch_program, reference
        self.dnnl_program = None

    def need(self, module, package):
        probe = subprocess.run([self.python, "-c", f"import {module}"], capture_output=True)
        if probe.returncode != 0:
            raise Missing(f"no {module} for {self.python}: apt-get install {package}")

    def torch(self, ranks, threads, batch, steps):
        """{"train": clips/s, "infer": clips/s, "peak": bytes}"""
        if not os.path.exists(self.torch_program):
            raise Missing(f"no {self.torch_program}: name the PyTorch program with --peer")
        self.need("torch", "python3-torch")
        out, peak = run([self.python, self.torch_program, "bench", "--batch", str(batch),
                         "--steps", str(steps), "--threads", str(threads), "--ranks", str(ranks)],
                        threads)
        found = re.search(r"train ([\d.]+) clips/s\s+infer ([\d.]+) clips/s", out)
        return {"train": float(found[1]), "infer": float(found[2]), "peak": peak}

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


def machine():
    """What the figures were taken on, as (name, text) pairs."""
    cpu, flags = platform.processor(), ""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as f:
            text = f.read()
        cpu = re.search(r"model name\s*: (.*)", text)[1]
        flags = re.search(r"flags\s*: (.*)", text)[1]
    except (OSError, TypeError):
        pass
    vectors = [v for v in ("avx2", "fma", "avx512f") if v in flags.split()]
    return [("cpu", cpu), ("cores", str(os.cpu_count())), ("vectors", " ".join(vectors)),
            ("system", platform.platform()), ("load", load())]


def load():
    return " ".join(f"{x:.1f}" for x in os.getloadavg())
