#!/usr/bin/env python3
"""Write tests/golden/claims.h5: arrays that announce more than the file holds, or are kept elsewhere.

  scripts/golden/claims.py [OUT]      needs python3-h5py
"""
import pathlib
import sys

import h5py
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
CREATE = h5py.h5p.create


def low_level(file, name, shape, kind=h5py.h5t.IEEE_F32LE, chunk=None, external=None):
    """An array without values, as h5py's own interface would not make it."""
    properties = CREATE(h5py.h5p.DATASET_CREATE)
    if chunk:
        properties.set_chunk(chunk)
    if external:
        properties.set_external(external, 0, h5py.h5f.UNLIMITED)
    h5py.h5d.create(file.id, name, kind, h5py.h5s.create_simple(shape), properties)


def text_type(width):
    kind = h5py.h5t.C_S1.copy()
    kind.set_size(width)
    return kind


def write(path):
    with h5py.File(path, "w") as f:
        low_level(f, b"unwritten", (3 << 29,))                                # 6 GiB of fill values
        low_level(f, b"unwritten chunks", (3 << 29,), chunk=(1 << 20,))
        low_level(f, b"texts", (3 << 20,), text_type(2048))                   # 6 GiB
        low_level(f, b"endless texts", (1 << 33,), text_type(1 << 31), (1,))  # 2^64: a product of 0
        low_level(f, b"endless", (1 << 31, 1 << 31, 4), chunk=(1, 1, 4))      # 2^64 values
        low_level(f, b"elsewhere", (16,), external=b"/etc/passwd")
        f.create_dataset("squeezed", (1 << 28,), "f4", chunks=(1 << 14,), compression="gzip")
        f["squeezed"][:1 << 14] = 1                                           # one chunk of 16384
        f.create_dataset("filtered", data=np.arange(100), chunks=(100,), compression="lzf")
        layout = h5py.VirtualLayout((4,), "f4")
        layout[:] = h5py.VirtualSource("other.h5", "x", (4,))
        f.create_virtual_dataset("virtual", layout)
        f["away"] = h5py.ExternalLink("other.h5", "/x")
        f["sound"] = np.arange(4.0)
        f.create_dataset("sound texts", data=["a", "bc"], dtype=h5py.string_dtype())


if __name__ == "__main__":
    write(sys.argv[1] if len(sys.argv) > 1 else ROOT / "tests/golden/claims.h5")
