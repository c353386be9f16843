#!/usr/bin/python3
"""Write tests/golden/h5py.h5: what h5py makes by default (old format), for the reader's test.

  scripts/golden/h5py_file.py [OUT]
"""
import pathlib
import sys

import h5py
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]


def write(path):
    with h5py.File(path, "w") as f:
        f.attrs["version"] = 3
        f.attrs["rate"] = np.float32(0.5)
        f.attrs["note"] = "text"
        f["f64/step0/loss"] = 2.302585092994046          # scalar, double
        f["f64/step0/grad"] = np.arange(6.0).reshape(2, 3) / 8
        f["f64/step1/loss"] = np.float64("nan")
        f["labels"] = np.array([0, 9, 5, -1], np.int64)
        f["mask"] = np.array([True, False, True])
        f["half"] = np.array([0.5, 1.5], np.float16)
        f["big_endian"] = np.array([1.25, -2.5], ">f8")
        f["huge"] = np.array([1e300, np.inf])
        f["large"] = np.array([127, 128], np.int64)
        f["empty"] = np.zeros((0, 4), np.float32)
        f["nothing"] = h5py.Empty("f4")
        f["name"] = "Xi'an \u897f\u5b89"                 # variable length
        f["names"] = np.array([b"bus", b"metro station"])  # fixed length
        f["variable_names"] = ["airport", "", "tram"]
        f["packed"] = np.zeros(2, [("a", "i4"), ("b", "f8")])
        f.create_dataset("compressed", data=np.arange(1000, dtype=np.int32), chunks=(100,),
                         compression="gzip", shuffle=True, fletcher32=True)
        f["dangling"] = h5py.SoftLink("/absent")


if __name__ == "__main__":
    write(sys.argv[1] if len(sys.argv) > 1 else ROOT / "tests/golden/h5py.h5")
