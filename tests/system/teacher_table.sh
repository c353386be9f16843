#!/usr/bin/env bash
# Tables of other people's models: each form gives the same table, whatever the order of rows; pickles are not run; what
# does not fit is refused in one line.
. "$(dirname "$0")/lib.sh"
python=/usr/bin/python3
$python -c 'import numpy' 2>/dev/null || { echo "skipped: needs python3-numpy" >&2; exit 77; }
table() { $python "$repository/scripts/teacher-table" "$@"; }
refused() # CODE FRAGMENT ARGUMENTS…
{
  local code=$1 fragment=$2 got=0
  shift 2
  table "$@" >out.txt 2>err.txt || got=$?
  [ "$got" -eq "$code" ] || fail "exit $got instead of $code: teacher-table $*: $(cat err.txt)"
  grep -qF -- "$fragment" err.txt || fail "no \"$fragment\": $(cat err.txt)"
  [ "$(wc -l <err.txt)" -eq 1 ] || fail "more than one line: $(cat err.txt)"
}

cat >make.py <<'PY'
import json, os, pickle
import numpy

rng = numpy.random.default_rng(1)
scores = rng.normal(size=(6, 3)).astype(numpy.float32)
names = [f"clip{i}.wav" for i in range(6)]
turned = rng.permutation(6)
numpy.save("scores.npy", scores[turned])
index = {f"audio/{names[row]}": int(at) for at, row in enumerate(turned)}
pickle.dump(index, open("index.pkl", "wb"))
json.dump([names[row].removesuffix(".wav") for row in turned], open("names.json", "w"))
with open("meta.csv", "w") as file:
    file.write("scene_label\tfilename\n" + "".join(f"x\taudio/{names[row]}\n" for row in turned))
for protocol in (2, 4, 5):
    pickle.dump({names[row]: scores[row] for row in turned}, open(f"dict{protocol}.pkl", "wb"), protocol)
numpy.save("short.npy", scores[:5])
numpy.save("bad.npy", numpy.where(scores == scores[2, 1], numpy.nan, scores)[turned])
numpy.save("objects.npy", numpy.array([{}, {}], dtype=object), allow_pickle=True)
with open("expected.csv", "w") as file:
    file.write("filename,bus,metro,tram\n")
    for name, row in zip(names, scores):
        file.write(",".join([name, *(f"{x:.9g}" for x in row.astype(float))]) + "\n")

class Program:
    def __reduce__(self):
        return os.system, ("touch ran",)

pickle.dump({"clip0.wav": Program()}, open("program.pkl", "wb"))
try:
    import torch
    torch.save(torch.from_numpy(scores[turned].copy()), "scores.pt")
    torch.save({names[row]: torch.from_numpy(scores[row].copy()) for row in turned}, "dict.pt")
except ImportError:
    pass
PY
$python make.py
classes=bus,metro,tram
printf 'bus\nmetro\ntram\n' >classes.txt

same() # ARGUMENTS…: give the expected table
{
  table out.csv "$@" >said.txt || fail "teacher-table out.csv $*"
  cmp -s out.csv expected.csv || fail "$*: $(diff out.csv expected.csv | head -3)"
  [ "$(cat said.txt)" = "out.csv: 6 clips, 3 classes" ] || fail "said: $(cat said.txt)"
}
same scores.npy --index index.pkl --classes $classes
same scores.npy --index meta.csv --classes classes.txt
same scores.npy --index names.json --classes $classes --extension .wav
for protocol in 2 4 5; do same dict$protocol.pkl --classes $classes; done
if [ -e scores.pt ]; then
  same scores.pt --index index.pkl --classes $classes
  same dict.pt --classes $classes
fi
sed -E 's/^([^,]*),([^,]*),([^,]*),([^,]*)$/\4,\1,\3,\2/' expected.csv | sort >turned.csv
{ grep filename turned.csv; grep -v filename turned.csv; } >other.csv
same other.csv --classes $classes
same other.csv dict4.pkl scores.npy --index index.pkl --classes $classes # the mean of equals
table out.csv scores.npy --index index.pkl --classes $classes --keep-directories >said.txt
grep -q '^audio/clip0.wav,' out.csv || fail "directories were not kept"

rm -f out.csv
refused 3 'it would call posix.system' out.csv program.pkl --classes $classes
[ ! -e ran ] || fail "the pickle was run"
refused 3 'does not say whose its rows are; name them with --index' out.csv scores.npy --classes $classes
refused 3 'not the index of this array' out.csv short.npy --index index.pkl --classes $classes
refused 3 "clip2.wav' has a number that is not finite" out.csv bad.npy --index index.pkl --classes $classes
refused 3 "has 3 numbers for 2 classes" out.csv dict4.pkl --classes bus,metro
refused 3 'objects.npy: cannot be read' out.csv objects.npy --index index.pkl --classes $classes
refused 3 'two or more different names' out.csv dict4.pkl --classes bus,bus
refused 3 'no column for class' out.csv expected.csv --classes bus,metro,zoo
refused 3 'is read; choose another name' other.csv other.csv --classes $classes
mkdir folder.csv
refused 3 'is no regular file' folder.csv dict4.pkl --classes $classes
[ ! -e out.csv ] || fail "something was written"
! compgen -G '.*.tmp' >left.txt || fail "a temporary file was left: $(cat left.txt)"
exit 0
