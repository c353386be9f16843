"""Files of PyTorch and pickles, read without running them: imported by convert-checkpoint and teacher-table.

A pickle is a program.  Of it only what builds tensors, arrays and plain values is carried out; anything else is refused.
(torch.load would run it: PyTorch 1.13 forgets a given unpickler, and its weights_only knows no plain numbers.)
"""
import collections
import io
import pickle
import zipfile

import numpy

STORAGES = {"FloatStorage": "<f4", "DoubleStorage": "<f8", "HalfStorage": "<f2", "LongStorage": "<i8",
            "IntStorage": "<i4"}


def tensor(storage, offset, shape, stride, *_):
    last = offset + sum((n - 1) * s for n, s in zip(shape, stride))
    if 0 in shape or min((offset, *stride)) < 0 or last >= len(storage):
        raise pickle.UnpicklingError("a tensor is empty or reaches beyond its storage")
    return numpy.lib.stride_tricks.as_strided(storage[offset:], shape, [s * storage.itemsize for s in stride])


def array_scalar(dtype, content):
    return numpy.frombuffer(content, dtype)[0]


def array_of_bytes(content, dtype, shape, order):
    return numpy.frombuffer(content, dtype).reshape(shape, order=order)


def bytes_of_text(text, encoding):
    """Bytes, as protocol 2 writes them."""
    if encoding != "latin1":
        raise pickle.UnpicklingError(f"bytes are written as {encoding}")
    return text.encode("latin1")


class ValuesOnly(pickle.Unpickler):
    """Plain values, and arrays of NumPy that hold numbers."""

    ALLOWED = {("collections", "OrderedDict"): collections.OrderedDict, ("_codecs", "encode"): bytes_of_text}
    for core in ("numpy.core.multiarray", "numpy._core.multiarray"):
        ALLOWED[core, "_reconstruct"] = numpy.core.multiarray._reconstruct
        ALLOWED[core, "scalar"] = array_scalar
    for core in ("numpy.core.numeric", "numpy._core.numeric"):
        ALLOWED[core, "_frombuffer"] = array_of_bytes
    ALLOWED["numpy", "ndarray"] = numpy.ndarray
    ALLOWED["numpy", "dtype"] = numpy.dtype

    def find_class(self, module, name):
        if (module, name) in self.ALLOWED:
            return self.ALLOWED[module, name]
        raise pickle.UnpicklingError(f"it would call {module}.{name}")


class TensorsOnly(ValuesOnly):
    """The pickle in an archive that torch.save of PyTorch 1.6 or later wrote."""

    def __init__(self, archive):
        self.archive = archive
        self.folder = next(n for n in archive.namelist() if n.endswith("/data.pkl")).removesuffix("data.pkl")
        super().__init__(io.BytesIO(archive.read(self.folder + "data.pkl")))

    def persistent_load(self, pid):
        _, dtype, key = pid[:3]
        return numpy.frombuffer(self.archive.read(f"{self.folder}data/{key}"), dtype)

    def find_class(self, module, name):
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return tensor
        if module == "torch" and name in STORAGES:
            return STORAGES[name]
        return super().find_class(module, name)


def read_torch(path):
    """What torch.save wrote, tensors as arrays.  Raises whatever a damaged or foreign file leads to."""
    with zipfile.ZipFile(path) as archive:
        return TensorsOnly(archive).load()


def read_pickle(path):
    with open(path, "rb") as file:
        return ValuesOnly(file).load()
