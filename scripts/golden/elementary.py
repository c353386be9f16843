#!/usr/bin/env python3
"""Tables of src/base/elementary.c, and the values that tests/base/test_elementary.c holds it to.

  scripts/golden/elementary.py                     both headers, in place

Values are computed with 100 decimal digits (mpmath) and written as a double and what it lacks.
"""
import os
import random

from mpmath import mp, mpf

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
mp.dps = 100
EXP_PARTS, LOG_PARTS = 32, 64


def pair(x):
    high = float(x)
    return f"{{{high.hex()}, {float(x - mpf(high)).hex()}}}"


def pieces(x, bits, n):
    """x as n doubles, all but the last of so few bits that their products with integers are exact."""
    out = []
    for i in range(n):
        part = mpf(float(x))
        if i + 1 < n:
            step = mpf(2) ** (mp.floor(mp.log(abs(x), 2)) - bits + 1)
            part = mp.floor(x / step) * step
        out.append(float(part))
        x -= part
    return out


def rows(values):
    return "".join(f"    {value},\n" for value in values)


def tables():
    scale = [pair(mpf(2) ** (mpf(j) / EXP_PARTS)) for j in range(EXP_PARTS)]
    first, last = 45, 91  # of 64 m with m from sqrt(1/2) to sqrt(2)
    logs = [pair(mp.log(mpf(j) / LOG_PARTS)) for j in range(first, last + 1)]
    step, ln2, right = mp.log(2) / EXP_PARTS, mp.log(2), mp.pi / 2
    names = [("EXP_STEP", pieces(step, 32, 2)), ("LN2", pieces(ln2, 40, 2)), ("RIGHT_ANGLE", pieces(right, 32, 4))]
    text = ["/* Written by scripts/golden/elementary.py.  Numbers as sums of doubles, the largest first. */",
            "#ifndef CST_ELEMENTARY_TABLES_H", "#define CST_ELEMENTARY_TABLES_H", "",
            f"enum {{ EXP_PARTS = {EXP_PARTS}, LOG_PARTS = {LOG_PARTS}, LOG_FIRST = {first}, LOG_LAST = {last} }};", "",
            "typedef struct {\n  double high, low;\n} pair;", ""]
    for name, values in names:
        text.append(f"static const double {name}[] = {{" + ", ".join(v.hex() for v in values) + "};")
    text += ["", "/* 2^(j / EXP_PARTS) */", "static const pair exp_table[EXP_PARTS] = {", rows(scale) + "};", "",
             "/* log(j / LOG_PARTS), from j = LOG_FIRST */",
             "static const pair log_table[LOG_LAST - LOG_FIRST + 1] = {", rows(logs) + "};", "", "#endif", ""]
    return "\n".join(text)


def spread(rng, low, high, n):
    return [rng.uniform(low, high) for _ in range(n)]


def powers(rng, low, high, n):
    return [2.0 ** rng.uniform(low, high) for _ in range(n)]


def values():
    rng = random.Random(1)
    near_one = [1.0 + s * 2.0 ** -k for k in (52, 40, 30, 20, 12, 8, 6) for s in (1, -1)]
    signed = [s * x for x in powers(rng, -60, -1, 8) for s in (1, -1)]
    around = [float(mpf(k) * mp.pi / 4) for k in (1, 2, 3, 4, 6, 100, 12345, 636619)]
    lists = [
        ("exp", mp.exp, spread(rng, -740, 709, 24) + spread(rng, -2, 2, 16) + signed + [709.78, -708.3, -745.0]),
        ("log", mp.log, powers(rng, -1074, 1023, 24) + spread(rng, 0.6, 1.6, 24) + near_one + [5e-324, 1e-10, 6.4]),
        ("sin", mp.sin, spread(rng, -7, 7, 24) + spread(rng, -1e6, 1e6, 12) + signed + around),
        ("cos", mp.cos, spread(rng, -7, 7, 24) + spread(rng, -1e6, 1e6, 12) + signed + around),
    ]
    bases = powers(rng, -30, 30, 12) + spread(rng, 0.0, 2.0, 12) + [0.9, 0.999, 0.5, 6.4, 10.0, 1.0 - 2.0 ** -40]
    pairs = [(x, y) for x in bases for y in spread(rng, -20, 20, 1) + [rng.choice([1 / 3, 2.0, 50.0, 1e4, -0.5])]]
    pairs += [(0.999, float(t)) for t in (1, 2, 10, 1000, 100000)] + [(0.9, 19.0), (2.0, 0.5), (1e-300, 1.02)]
    text = ["/* Written by scripts/golden/elementary.py: x, and f(x) as a double and what that lacks. */",
            "#ifndef ELEMENTARY_VALUES_H", "#define ELEMENTARY_VALUES_H", "",
            "typedef struct {\n  double x, high, low;\n} value;", "",
            "typedef struct {\n  double x, y, high, low;\n} power_value;", ""]
    for name, function, arguments in lists:
        body = []
        for x in arguments:
            y = function(mpf(x))
            body.append(f"{{{x.hex()}, {float(y).hex()}, {float(y - mpf(float(y))).hex()}}}")
        text += [f"static const value {name}_values[] = {{", rows(body) + "};", ""]
    body = []
    for x, y in pairs:
        z = mp.power(mpf(x), mpf(y))
        if not mpf(2) ** -1000 < z < mpf(2) ** 1000:
            continue
        body.append(f"{{{x.hex()}, {y.hex()}, {float(z).hex()}, {float(z - mpf(float(z))).hex()}}}")
    text += ["static const power_value pow_values[] = {", rows(body) + "};", "", "#endif", ""]
    return "\n".join(text)


def main():
    for name, text in (("src/base/elementary_tables.h", tables()), ("tests/base/elementary_values.h", values())):
        with open(os.path.join(ROOT, name), "w", encoding="ascii") as file:
            file.write(text)


main()
