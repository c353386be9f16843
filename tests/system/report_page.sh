#!/usr/bin/env bash
# report.html of a whole run and of a comparison, opened in a browser: it asks for nothing, says
# nothing on the console, has every figure, and fits a wide and a narrow screen in light and dark.
# shellcheck disable=SC2034
with_figures=yes
. "$(dirname "$0")/lib.sh"
browser=$repository/tests/system/browser.py

make_tiny
ranks 2 run "$configs/tiny.yaml" --run runs/tiny >out.txt 2>err.txt || fail "run: $(tail -5 err.txt)"
"$cassette" run "$configs/tiny.yaml" --run runs/alone strategy.name=supervised >out.txt 2>err.txt ||
  fail "run: $(tail -5 err.txt)"
page=runs/tiny/report/report.html
if command -v gnuplot >/dev/null; then grep -q '<figure' $page || fail "no figures under mpirun"; fi

# without gnuplot a note says what is missing and how to get it; without a browser --pdf does
mkdir bin
PATH=$PWD/bin "$cassette" report runs/tiny >out.txt 2>err.txt || fail "without gnuplot: $(cat err.txt)"
grep -q 'apt-get install gnuplot-nox' $page || fail "no note on gnuplot"
if grep -q '<figure' $page; then fail "a figure without gnuplot"; fi
grep -q '<td class="n">' $page || fail "no tables"
code=0
PATH=$PWD/bin "$cassette" report runs/tiny --pdf >out.txt 2>err.txt || code=$?
[ $code -eq 2 ] && [ "$(grep -c 'cassette: error:.*apt-get install chromium' err.txt)" -eq 1 ] ||
  fail "--pdf without a browser: exit $code: $(cat err.txt)"

if ! command -v gnuplot >/dev/null; then
  echo 'skipped: no gnuplot'
  exit 77
fi
"$cassette" report runs/alone runs/tiny >out.txt 2>err.txt || fail "report: $(cat err.txt)"
[ ! -s err.txt ] || fail "the report complains: $(cat err.txt)"
[ "$(tr '\n' ' ' <out.txt)" = \
  "runs/alone/report/report.html $page runs/comparison/report.html " ] || fail "names: $(cat out.txt)"

figures=classes,confusion,unseen,seen,folds,reliability,pseudo-labels,training
status=0
python3 "$browser" $page --figures "figure-${figures//,/,figure-}" >out.txt 2>&1 || status=$?
[ $status -ne 77 ] || { cat out.txt && exit 77; }
[ $status -eq 0 ] || fail "$(cat out.txt)"
python3 "$browser" runs/comparison/report.html --figures figure-strategies,figure-differences \
  >out.txt 2>&1 || fail "$(cat out.txt)"

# for a paper: tables of the same numbers, figures as PDF, recordings of mistakes within reach
"$cassette" report runs/tiny --latex >out.txt 2>err.txt || fail "--latex: $(cat err.txt)"
[ "$(tail -1 out.txt)" = runs/tiny/report/latex/report.tex ] || fail "names: $(cat out.txt)"
python3 "$repository/tests/system/latex_check.py" runs/tiny/report >out.txt || fail "LaTeX of a run"
grep -q '[1-9] figures, [1-9][0-9]* recordings' out.txt || fail "nothing was drawn or linked: $(cat out.txt)"
"$cassette" report runs/alone runs/tiny --latex >out.txt 2>err.txt || fail "--latex: $(cat err.txt)"
python3 "$repository/tests/system/latex_check.py" runs/comparison >out.txt || fail "LaTeX of a comparison"
if command -v pdflatex >/dev/null && kpsewhich booktabs.sty >/dev/null; then
  (cd runs/tiny/report/latex && pdflatex -interaction=nonstopmode -halt-on-error report.tex) >out.txt || fail "$(tail -20 out.txt)"
  [ "$(head -c 5 runs/tiny/report/latex/report.pdf)" = %PDF- ] || fail "pdflatex wrote nothing"
fi
mkdir elsewhere
ln -s "$PWD/elsewhere" runs/alone/report/away
rm -rf runs/alone/report/latex
mv runs/alone/report/away runs/alone/report/latex
expect 3 'latex' 1 report runs/alone --latex
[ -z "$(ls elsewhere)" ] || fail "tables were written outside of the run"

# on paper
"$cassette" report runs/tiny --pdf >out.txt 2>err.txt || fail "--pdf: $(cat err.txt)"
[ "$(head -c 5 runs/tiny/report/report.pdf)" = %PDF- ] || fail "no PDF"
[ "$(tail -1 out.txt)" = runs/tiny/report/report.pdf ] || fail "names: $(cat out.txt)"
find runs/tiny/report -name '.*' | grep -q . && fail "temporary files left"
exit 0
