"""Tables for LaTeX say what report.md says, cell by cell; the document holds all tables and figures, and nothing else is there.
Also that recordings of confident mistakes are where the page says."""

import glob
import os
import re
import sys
import urllib.parse

report = sys.argv[1]
MEANT = {"textbackslash{}": "\\", "textasciitilde{}": "~", "textasciicircum{}": "^", "textless{}": "<", "textgreater{}": ">",
         "textbar{}": "|", "textquotedbl{}": '"', "textperiodcentered{}": "·", "texttimes{}": "×"}


def plain_latex(cell):
    cell = re.sub(r"\\text(bf|tt)\{((?:[^{}\\]|\\.|\{[\[\]*]?\})*)\}", r"\2", cell.strip())
    cell = re.sub(r"\{([\[\]*])\}", r"\1", cell).replace("--", "–")
    for command, meant in MEANT.items():
        cell = cell.replace("\\" + command, meant)
    return re.sub(r"\\(.)", r"\1", cell)


def plain_markdown(cell):
    cell = re.sub(r"\[((?:[^\]\\]|\\.)*)\]\([^)]*\)", r"\1", cell.strip())  # links
    cell = re.sub(r"(?<![\\`])(`+)(?!`) ?(.*?) ?(?<!`)\1(?!`)", r"\2", cell).replace("**", "")
    for escaped, meant in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        cell = cell.replace(escaped, meant)
    return re.sub(r"\\(.)", r"\1", cell)


def rows(line, separator, plain):
    return [plain(cell) for cell in re.split(separator, line)]


markdown, table, listing = [], [], None
for line in open(f"{report}/report.md", encoding="utf-8").read().split("\n") + [""]:
    fence = re.match("```+", line)
    if fence:
        listing = None if listing == fence.group() else listing or fence.group()
    elif line.startswith("|") and not listing:
        if not re.fullmatch(r"[|:\- ]+", line):
            table.append(rows(line.strip()[1:-1], r"(?<!\\)\|", plain_markdown))
    elif table:
        markdown.append(table)
        table = []

document = open(f"{report}/latex/report.tex", encoding="utf-8").read()
latex = []
for name in re.findall(r"\\input\{([^}]*)\}", document):
    text = open(f"{report}/latex/{name}.tex", encoding="utf-8").read()
    assert text.startswith("% "), name
    body = text.split("\\toprule\n")[1].split("\\bottomrule")[0].replace("\\midrule\n", "")
    latex.append([rows(line[: -len(" \\\\")], r"(?<!\\)&", plain_latex) for line in body.strip("\n").split("\n")])
    columns = re.search(r"\\begin\{tabular\}\{([lr]+)\}", text).group(1)
    assert all(len(row) == len(columns) for row in latex[-1]), name
assert len(latex) > 2 and len(latex) == len(markdown), (len(latex), len(markdown))
for ours, theirs in zip(latex, markdown):
    assert ours == theirs, f"{ours}\n{theirs}"

pictures = re.findall(r"\\includegraphics\[[^]]*\]\{([^}]*)\}", document)
there = sorted(os.path.basename(path)[:-4] for path in glob.glob(f"{report}/latex/*.pdf"))
assert sorted(pictures) == there, (pictures, there)
assert pictures == re.findall(r'<figure id="([^"]*)"', open(f"{report}/report.html", encoding="utf-8").read()), pictures
for name in there:
    content = open(f"{report}/latex/{name}.pdf", "rb").read()
    assert content.startswith(b"%PDF-") and b"/Image" not in content, f"{name}: no vector drawing"

links = re.findall(r'<a href="([^#"][^"]*)"', open(f"{report}/report.html", encoding="utf-8").read())
for link in links:
    assert not urllib.parse.urlparse(link).scheme and not link.startswith("/"), link
    sound = os.path.join(report, urllib.parse.unquote(link))
    assert os.path.isfile(sound), sound
print(len(latex), "tables,", len(there), "figures,", len(links), "recordings")
