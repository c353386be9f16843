#!/usr/bin/env python3
"""Check that modules include only what their level allows.

Rules (docs/architecture.md has the same table for people):
  level        a module includes public headers of strictly lower levels, and its own
  third-party  a library's header is included in the one module that owns it
  header       include/cassette/X.h belongs to the module X, or to the one with X.c
  private      "x.h" means a header of the same module; nobody else's private header is reachable
  exported     a function or variable with external linkage is declared in a header of its module
  cycle        headers do not include each other in a circle
  circle       files do not call each other in a circle, but for two of one folder; neither do folders
  size         a folder of src holds at most 3,500 lines and 30 files
  unique       no two source files share a name
  same bits    elementary functions come from cassette/elementary.h, not from the C library
  needs        CMakeLists.txt links a module only with modules of lower levels

A module is a folder of src and the folders in it.  One line per violation, exit status 1.  --self-test plants each violation in a scratch tree and
fails unless every one is found.
"""
import argparse
import re
import sys
import tempfile
from pathlib import Path

LEVEL = {
    "base": 0,
    "tensor": 1, "audio": 1, "augment": 1, "comm": 1,
    "kernels": 2, "optim": 2, "store": 2,
    "features": 3, "data": 3, "nn": 3, "eval": 3,
    "ssl": 4, "synth": 4, "records": 4,
    "config": 5,
    "report": 6, "run": 6,
    "corpus": 7,
    "job": 8,
    "ingest": 9, "network": 9,
    "train": 10, "classify": 10,
    "score": 11,
    "grid": 12,
    "cli": 13,
}

MAX_FILES, MAX_LINES = 30, 3500  # of a folder of src

# header or directory prefix -> module that may include it
OWNER = {
    "jansson.h": "base", "xxhash.h": "base", "utf8proc.h": "base", "Random123/": "base",
    "yaml.h": "config",
    "sndfile.h": "audio", "soxr.h": "audio",
    "mpi.h": "comm",
    "hdf5.h": "store", "hdf5_hl.h": "store",
    "fftw3.h": "features",
    "csv.h": "data",
    "spawn.h": "report",  # gnuplot and a browser: no other module starts programs
    "cmocka.h": "tests", "cblas.h": "tests",
}

# C11, POSIX, Linux and compiler headers: free for all.
SYSTEM = re.compile(
    r"(assert|complex|ctype|errno|fenv|float|inttypes|limits|locale|math|setjmp|signal|stdalign|"
    r"stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdlib|stdnoreturn|string|strings|tgmath|"
    r"threads|time|wchar|wctype|aio|dirent|dlfcn|endian|err|fcntl|fnmatch|ftw|getopt|glob|grp|"
    r"langinfo|libgen|link|poll|pthread|pwd|sched|semaphore|syslog|termios|unistd|utime|"
    r"omp|cpuid|immintrin|x86intrin|arm_neon|malloc|execinfo)\.h$|(sys|linux|sanitizer)/.+\.h$")

# Functions of the C library whose last bits depend on its version and on the CPU, and files in which
# they reach no result: axes of figures, and what `verify` allows.
INEXACT = re.compile(r"(?<![\w.>])((?:exp|exp2|expm1|log|log2|log10|log1p|pow|sin|cos|tan|sinh|cosh|tanh|asin|acos|"
                     r"atan|atan2|cbrt|hypot|erf|erfc|lgamma|tgamma)[fl]?)\s*\(")
NO_RESULT = {"curves.c", "model_switches.c"}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.M)
COMMENT_OR_STRING = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
# A definition starts in column 0; what follows its name tells function from variable.
DEFINITION = re.compile(
    r"^(?!static\b|extern\b|typedef\b|return\b|else\b|_Static_assert\b|goto\b)"
    r"(?P<type>[A-Za-z_][\w \t*]*?[ \t*]+)(?P<name>[A-Za-z_]\w*)[ \t]*"
    r"(?P<rest>\([^;{]*\)\s*\{|(?:\[[^\]]*\])*[ \t]*(?:=|;))", re.M)


class Checker:
    """Walks one tree and collects violations."""

    def __init__(self, root):
        self.root = root
        self.violations = []
        self.text = {}
        self.home = {}      # public header name -> module
        self.includes = {}  # header path -> headers of this project that it includes

    def complain(self, path, line, text):
        self.violations.append(f"{path.relative_to(self.root)}:{line}: {text}")

    def read(self, path):
        if path not in self.text:
            self.text[path] = path.read_text(encoding="utf-8", errors="replace")
        return self.text[path]

    def run(self):
        modules = sorted(p for p in (self.root / "src").glob("*") if p.is_dir())
        headers = sorted((self.root / "include/cassette").glob("*.h"))
        for module in modules:
            if module.name not in LEVEL:
                self.complain(module, 1, "module without a level: add it to scripts/check_layers.py")
        self.assign_headers(headers)
        for header in headers:
            if header.name in self.home:
                self.check_file(header, self.home[header.name], tests=False)
        for module in modules:
            if module.name in LEVEL:
                for path in sources(module):
                    self.check_file(path, module.name, tests=False)
                    self.check_functions(path)
                    if path.suffix == ".c":
                        self.check_exports(path, module)
        self.check_tests()
        self.check_unique(modules)
        self.check_cycles()
        self.check_cmake()
        self.check_sizes(modules)
        self.check_circles(modules)
        return self.violations

    def assign_headers(self, headers):
        for header in headers:
            found = sorted(self.root.glob(f"src/*/**/{header.stem}.c"))
            if header.stem in LEVEL:
                self.home[header.name] = header.stem
            elif found:
                self.home[header.name] = found[0].relative_to(self.root).parts[1]
            else:
                self.complain(header, 1, f"belongs to no module: no {header.stem}.c")

    def check_file(self, path, module, tests):
        text = self.read(path)
        for match in INCLUDE.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            self.check_include(path, line, module, match.group(1), match.group(2), tests)

    def check_include(self, path, line, module, quote, name, tests):
        if name.startswith("cassette/"):
            self.check_public(path, line, module, name.removeprefix("cassette/"), tests)
        elif SYSTEM.match(name) and quote == "<":
            return
        elif owner(name):
            allowed = owner(name) == module or (tests and owner(name) == "tests")
            if not allowed:
                self.complain(path, line, f"<{name}> belongs to {owner(name)}, not to {module}")
        else:
            self.check_private(path, line, module, name, tests)

    def check_public(self, path, line, module, name, tests):
        home = self.home.get(name)
        if home is None:
            self.complain(path, line, f"cassette/{name} is no header of any module")
            return
        if home != module and LEVEL[home] >= LEVEL[module]:
            self.complain(path, line, f"{module} (level {LEVEL[module]}) includes cassette/{name} "
                                      f"of {home} (level {LEVEL[home]})")
        if not tests:
            self.includes.setdefault(path, set()).add(self.root / "include/cassette" / name)

    def check_private(self, path, line, module, name, tests):
        places = [self.root / "src" / module]
        places += [p for p in places[0].glob("*") if p.is_dir()]
        if tests:
            places += [path.parent, self.root / "tests"]
        for place in places:
            if (place / name).exists():
                if not tests:
                    self.includes.setdefault(path, set()).add(place / name)
                return
            if (place / f"{name}.in").exists():
                return
        self.complain(path, line, f"{name} is neither a header of {module} nor a known library's")

    def check_functions(self, path):
        text = "" if path.name in NO_RESULT else blank(self.read(path))
        for match in INEXACT.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            self.complain(path, line, f"{match.group(1)}() has other bits on other machines: elementary.h has its like")

    def check_exports(self, path, module):
        declared = "".join(self.read(p) for p in sorted(module.rglob("*.h")))
        declared += "".join(self.read(self.root / "include/cassette" / name)
                            for name, home in self.home.items() if home == module.name)
        text = blank(self.read(path))
        for match in exports(text):
            name, line = match.group("name"), text.count("\n", 0, match.start("name")) + 1
            if name == "main" and module.name == "cli":
                continue
            if name.startswith("__"):
                continue  # a hook of the toolchain's, declared in its own header
            if not re.search(rf"\b{name}\b", declared):
                kind = "function" if match.group("rest").startswith("(") else "variable"
                self.complain(path, line, f"{kind} {name} is neither static nor declared in a header")

    def check_tests(self):
        for path in sorted((self.root / "tests").glob("*/*.[ch]")):
            folder = path.parent.name
            if folder in LEVEL:
                self.check_file(path, folder, tests=True)
            elif folder == "support":
                self.check_file(path, "base", tests=True)

    def check_unique(self, modules):
        seen = {}
        for module in modules:
            for path in sources(module):
                if path.name in seen:
                    other = seen[path.name].relative_to(self.root)
                    self.complain(path, 1, f"file name already taken by {other}")
                seen.setdefault(path.name, path)

    def check_cycles(self):
        done, trail = set(), []

        def visit(path):
            if path in trail:
                circle = [p.name for p in trail[trail.index(path):]] + [path.name]
                self.complain(path, 1, "include cycle: " + " -> ".join(circle))
                return
            if path in done:
                return
            trail.append(path)
            for other in sorted(self.includes.get(path, ())):
                visit(other)
            trail.pop()
            done.add(path)

        for path in sorted(self.includes):
            visit(path)

    def check_sizes(self, modules):
        for module in modules:
            for folder in [module, *sorted(p for p in module.rglob("*") if p.is_dir())]:
                files = [p for p in folder.iterdir() if p.is_file()]
                lines = sum(self.read(p).count("\n") for p in files)
                if len(files) > MAX_FILES:
                    self.complain(folder, 1, f"{len(files)} files in one folder, at most {MAX_FILES}")
                if lines > MAX_LINES:
                    self.complain(folder, 1, f"{lines} lines in one folder, at most {MAX_LINES}")

    def check_circles(self, modules):
        """Who uses what another file defines: files, and the folders that they are in."""
        texts = {p: blank(self.read(p)) for m in modules for p in sources(m) if p.suffix == ".c"}
        place = {match.group("name"): p for p, text in texts.items() for match in exports(text)}
        files = {p: {place[name] for name in set(re.findall(r"[A-Za-z_]\w+", text)) & place.keys()} - {p}
                 for p, text in texts.items()}
        folders = {}
        for p, others in files.items():
            folders.setdefault(p.parent, set()).update(o.parent for o in others if o.parent != p.parent)
        for circle in circles(files):
            if len(circle) > 2 or len({p.parent for p in circle}) > 1:
                self.complain(circle[0], 1, "files in a circle: " + " ".join(p.name for p in circle))
        for circle in circles(folders):
            self.complain(circle[0], 1, "folders in a circle: " + " ".join(p.name for p in circle))

    def check_cmake(self):
        path = self.root / "CMakeLists.txt"
        if not path.exists():
            return
        text = re.sub(r"#[^\n]*", "", self.read(path))
        for match in re.finditer(r"^cst_module\((\w+)([^)]*)\)", text, re.M):
            module, rest = match.groups()
            line = text.count("\n", 0, match.start()) + 1
            needs = re.search(r"NEEDS((?:\s+[a-z]\w*)*)", rest)
            for lower in needs.group(1).split() if needs else []:
                if LEVEL.get(lower, 99) >= LEVEL.get(module, -1):
                    self.complain(path, line, f"{module} NEEDS {lower}, which is not of a lower level")


def sources(module):
    return sorted(p for p in module.rglob("*.[ch]"))


def exports(text):
    """Definitions with external linkage in a file without comments and literals."""
    for match in DEFINITION.finditer(text):
        if re.search(r"\b(static|extern|typedef)\b", match.group("type")):
            continue  # behind a macro
        if re.match(r"(struct|union|enum)\s*$", match.group("type").strip()):
            continue  # a tag alone
        yield match


def circles(graph):
    """Sets of two or more nodes that reach each other."""
    reached = {}
    for start in graph:
        seen, todo = set(), [start]
        while todo:
            for other in graph.get(todo.pop(), ()):
                if other not in seen:
                    seen.add(other)
                    todo.append(other)
        reached[start] = seen
    found = {frozenset(b for b in reached[a] if a in reached.get(b, ())) for a in graph if a in reached[a]}
    return sorted(sorted(circle) for circle in found)


def owner(name):
    for prefix, module in OWNER.items():
        if name == prefix or (prefix.endswith("/") and name.startswith(prefix)):
            return module
    return None


def blank(text):
    """Comments and literals replaced by spaces, line numbers kept."""
    return COMMENT_OR_STRING.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)


GOOD_TREE = {
    "include/cassette/status.h": "int cst_ok(void);\nextern const int cst_zero;\n",
    "include/cassette/params.h": '#include "cassette/status.h"\nint cst_params(void);\n',
    "include/cassette/store.h": "int cst_store(void);\n",
    "include/cassette/comm.h": "int cst_comm(void);\n",
    "src/comm/comm.c": '#include "cassette/comm.h"\n#include <mpi.h>\nint cst_comm(void) { return 0; }\n',
    "src/base/status.c": '#include "cassette/status.h"\n#include <jansson.h>\n#include <sys/stat.h>\n'
                         "const int cst_zero = 0;\nint cst_ok(void)\n{\n  return 0;\n}\n",
    "src/tensor/params.c": '#include "cassette/params.h"\n#include "inner.h"\n'
                           "MACRO static int hidden(void) { return 1; }\nint cst_params(void) { return hidden(); }\n",
    "src/tensor/inner.h": '#include "cassette/status.h"\n',
    "src/store/store.c": '#include "cassette/store.h"\n#include <hdf5.h>\nint cst_store(void) { return 0; }\n',
    "include/cassette/train.h": "int cst_job(void);\n",
    "src/train/job.c": '#include "cassette/train.h"\nint cst_job(void) { return 0; }\n',
    "src/cli/main.c": '#include "cassette/params.h"\nint main(void)\n{\n  return 0;\n}\n',
    "tests/tensor/test_params.c": '#include "cassette/params.h"\n#include "inner.h"\n#include <cmocka.h>\n',
    "tests/support/help.h": "#include <cmocka.h>\n",
    "CMakeLists.txt": "cst_module(base)\ncst_module(tensor NEEDS base)\n",
}

# what to add to the good tree, and what must be said about it
BAD = {
    "same level": ("src/tensor/x.c", '#include "cassette/comm.h"\n', "tensor (level 1) includes"),
    "higher level": ("src/base/x.c", '#include "cassette/params.h"\n', "base (level 0) includes"),
    "header of a higher level": ("include/cassette/status.h",
                                 'int cst_ok(void);\nextern const int cst_zero;\n#include "cassette/store.h"\n',
                                 "base (level 0) includes"),
    "foreign library": ("src/tensor/x.c", "#include <mpi.h>\n", "<mpi.h> belongs to comm"),
    "foreign library, indented": ("src/tensor/x.c", "  #  include <Random123/philox.h>\n", "belongs to base"),
    "foreign library in a test": ("tests/tensor/test_x.c", "#include <hdf5.h>\n", "belongs to store"),
    "cmocka outside tests": ("src/tensor/x.c", "#include <cmocka.h>\n", "belongs to tests"),
    "unknown library": ("src/tensor/x.c", "#include <curl/curl.h>\n", "known library"),
    "orphan header": ("include/cassette/orphan.h", "", "belongs to no module"),
    "foreign private header": ("src/store/x.c", '#include "inner.h"\n', "neither a header of store"),
    "higher level in a test": ("tests/base/test_x.c", '#include "cassette/store.h"\n', "base (level 0)"),
    "unlisted module": ("src/extra/x.c", "", "module without a level"),
    "exported function": ("src/tensor/x.c", "int *stray(int a,\n           int b)\n{\n  return 0;\n}\n",
                          "function stray is neither"),
    "exported variable": ("src/tensor/x.c", "int counter;\n", "variable counter is neither"),
    "exported table": ("src/tensor/x.c", "const char *const table[2] = {0};\n", "variable table is neither"),
    "function of other bits": ("src/tensor/x.c", "static float f(float x)\n{\n  return expf(x);\n}\n",
                               "expf() has other bits"),
    "include cycle": ("src/tensor/inner.h", '#include "inner2.h"\n', "include cycle"),
    "folder of a module": ("src/tensor/part/x.c", '#include "cassette/comm.h"\n', "tensor (level 1) includes"),
    "circle of files": ("src/tensor/third.c", "int cst_params(void);\nint third(void) { return cst_params(); }\n",
                        "files in a circle: params.c second.c third.c"),
    "circle of folders": ("src/tensor/part/third.c",
                          "int cst_params(void);\nint third(void) { return cst_params(); }\n",
                          "folders in a circle: tensor part"),
    "circle of two files in two folders": ("src/tensor/part/third.c",
                                           "int cst_params(void);\nint second(void) { return cst_params(); }\n",
                                           "files in a circle: params.c third.c"),
    "too many files": ("src/tensor/x.h", "", "32 files in one folder"),
    "too many lines": ("src/tensor/x.h", "\n" * 3500, "lines in one folder"),
    "same file name": ("src/store/params.c", "", "file name already taken"),
    "upward link": ("CMakeLists.txt", "cst_module(base NEEDS tensor)\n", "base NEEDS tensor"),
}


def self_test():
    def found(tree):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in tree.items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            return Checker(Path(folder)).run()

    failures = [f"good tree: {line}" for line in found(GOOD_TREE)]
    for case, (name, text, expected) in BAD.items():
        tree = {**GOOD_TREE, name: text}
        if case == "include cycle":
            tree["src/tensor/inner2.h"] = '#include "inner.h"\n'
        if "circle" in case:
            tree["src/tensor/params.c"] = "int second(void);\nint cst_params(void) { return second(); }\n"
            if "two" not in case:
                tree["src/tensor/second.c"] = "int third(void);\nint second(void) { return third(); }\n"
        if case == "too many files":
            tree.update({f"src/tensor/a{i}.h": "" for i in range(29)})
        lines = found(tree)
        if not any(expected in line for line in lines):
            failures.append(f"{case}: not noticed; said {lines}")
    for line in failures:
        print(line)
    return 1 if failures else 0


def main():
    parser = argparse.ArgumentParser(description="check the layers of the source tree")
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent)
    parser.add_argument("--self-test", action="store_true", help="check the checker")
    options = parser.parse_args()
    if options.self_test:
        return self_test()
    violations = Checker(options.root.resolve()).run()
    for line in violations:
        print(line)
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
