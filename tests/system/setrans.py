#!/usr/bin/env python3
"""SE-Trans in PyTorch, with the tensor names of the published baseline, as the other side of tests/system/convert.sh.

    setrans.py make FEATURES OUT.pth SEED [ln]     random weights, BatchNorm statistics from the features
    setrans.py compare MODEL FEATURES PROBABILITIES.csv [ln]    the same answers as Cassette's; MODEL is .pth or .onnx
    setrans.py scale CONVERT-CHECKPOINT       its first BatchNorm for decibels, against the definition in double
    setrans.py same A.pth B.pth               equal tensors, bit for bit
    setrans.py break MODEL.pth NAME=SHAPE...  NAME.pth with that tensor of another shape, with a "nan" in it, full of "@NUMBER", or "gone"
"""
import csv
import sys
from pathlib import Path

import h5py
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

CLASSES, BINS, WIDTHS, REDUCTION, FRAMES, HEADS, FEEDFORWARD = 10, 64, (64, 128), 16, 16, 8, 32


class Gate(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc = nn.Sequential(nn.Linear(width, width // REDUCTION, bias=False), nn.ReLU(),
                                nn.Linear(width // REDUCTION, width, bias=False), nn.Sigmoid())

    def forward(self, x):
        return x * self.fc(x.mean((2, 3)))[..., None, None]


class Block(nn.Module):
    def __init__(self, inputs, width):
        super().__init__()
        for i, before in ((1, inputs), (2, width)):
            self.add_module(f"conv{i}", nn.Conv2d(before, width, 3, padding=1, bias=False))
            self.add_module(f"bn{i}", nn.BatchNorm2d(width))
            self.add_module(f"se{i}", Gate(width))

    def forward(self, x):
        x = F.relu(self.se1(self.bn1(self.conv1(x))))
        x = F.relu(self.se2(self.bn2(self.conv2(x))))
        return F.avg_pool2d(x, 2)


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.SE_block1, self.SE_block2 = Block(1, WIDTHS[0]), Block(*WIDTHS)
        # the published class keeps the layer that the encoder copies
        self.encoder_layer = nn.TransformerEncoderLayer(WIDTHS[1], HEADS, FEEDFORWARD, 0.1)
        self.encoder = nn.TransformerEncoder(self.encoder_layer, 1)
        self.fc = nn.Linear(WIDTHS[1], CLASSES)
        self.bn0 = nn.BatchNorm2d(BINS)

    def forward(self, x):
        x = self.bn0(x.transpose(1, 3)).transpose(1, 3)
        x = F.adaptive_avg_pool2d(self.SE_block2(self.SE_block1(x)), (FRAMES, 1)).squeeze(3)
        x = self.encoder(x.permute(2, 0, 1))
        return self.fc(x.max(0).values)


def read_features(folder, unit="db"):
    """{digest of the recording: [1][frames][bins]} of a feature store, in decibels or natural logarithms."""
    features, scale = {}, np.log(10) / 10 if unit == "ln" else 1.0
    for path in sorted(Path(folder).glob("shard-*.h5")):
        with h5py.File(path) as file:
            for name, values in zip(file["ids"][()], file["features"][()]):
                features[name.decode()] = torch.tensor(values * scale, dtype=torch.float32)[None]
    return features


def make(folder, out, seed, unit="db"):
    torch.manual_seed(int(seed))
    network = Network()
    clips = torch.stack(list(read_features(folder, unit).values()))
    optimiser = torch.optim.Adam(network.parameters())
    network.train()
    for norm in network.modules():
        if isinstance(norm, nn.BatchNorm2d):
            norm.momentum = 0.5
    for _ in range(4):  # a few steps, so that no tensor is what it starts as
        order = torch.randperm(len(clips))[:16]
        optimiser.zero_grad()
        F.cross_entropy(network(clips[order]), torch.randint(0, CLASSES, (16,))).backward()
        optimiser.step()
    with torch.no_grad():  # every class is some clip's, or nothing would be compared
        network.fc.bias -= network.eval()(clips).mean(0)
    torch.save({"epoch": 3, "model_state_dict": network.state_dict(),
                "optimizer_state_dict": optimiser.state_dict()}, out)


def published(path):
    network = Network()
    network.load_state_dict(torch.load(path)["model_state_dict"])  # strict: all names, all shapes
    return network.eval()


def exchanged(path):
    """An ONNX model, node by node: Debian has the checker of ONNX, but nothing that runs a model."""
    import onnx
    from onnx import numpy_helper

    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    operations = {
        "Add": torch.add, "Sub": torch.sub, "Mul": torch.mul, "Div": torch.div, "Sqrt": torch.sqrt, "Relu": torch.relu,
        "Sigmoid": torch.sigmoid, "MatMul": torch.matmul,
        "Conv": lambda x, w, kernel_shape, pads=(0,) * 4: F.conv2d(x, w, padding=pads[0]),
        "Slice": lambda x, first, end, axes: x[:, :, first[0]:end[0], first[1]:end[1]],
        "BatchNormalization": lambda x, w, b, m, v, epsilon: F.batch_norm(x, m, v, w, b, eps=epsilon),
        "GlobalAveragePool": lambda x: x.mean((2, 3), keepdim=True),
        "AveragePool": lambda x, kernel_shape, strides: F.avg_pool2d(x, kernel_shape, strides),
        "ReduceMean": lambda x, axes, keepdims=1: x.mean(axes, keepdim=bool(keepdims)),
        "ReduceMax": lambda x, axes, keepdims=1: x.amax(axes, keepdim=bool(keepdims)),
        "Softmax": lambda x, axis: torch.softmax(x, axis),
        "Transpose": lambda x, perm: x.permute(*perm),
        "Reshape": lambda x, shape: x.reshape([x.shape[i] if n == 0 else n for i, n in enumerate(shape.tolist())]),
        "Split": lambda x, axis: torch.chunk(x, 3, axis),
        "Gemm": lambda a, b, c, transB: a @ (b.T if transB else b) + c,
    }

    def run(x):
        values = {i.name: torch.tensor(numpy_helper.to_array(i)) for i in model.graph.initializer}
        values[model.graph.input[0].name] = x
        for node in model.graph.node:
            settings = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
            result = operations[node.op_type](*(values[name] for name in node.input), **settings)
            values.update(zip(node.output, result if len(node.output) > 1 else [result]))
        return values[model.graph.output[0].name]

    return run


def compare(path, folder, table, unit="db"):
    network = exchanged(path) if path.endswith(".onnx") else published(path)
    features = read_features(folder, unit)
    with open(Path(table).parents[1] / "manifest.csv", newline="") as file:
        digest = {row["clip"]: row["digest"] for row in csv.DictReader(file)}
    with open(table, newline="") as file:
        rows = list(csv.reader(file))[1:]
    assert len(rows) == 50, len(rows)
    ours = np.array([[float(v) for v in row[1:]] for row in rows])
    with torch.no_grad():
        theirs = torch.log_softmax(network(torch.stack([features[digest[row[0]]] for row in rows])).double(), 1).numpy()
    worst = np.abs(np.log(ours) - theirs).max()
    labels = ours.argmax(1), theirs.argmax(1)
    assert (labels[0] == labels[1]).all(), f"{(labels[0] != labels[1]).sum()} of 50 labels differ"
    assert worst < 1e-4, f"log-probabilities differ by {worst:.3g}"
    assert len(set(labels[0])) > 1, "one class only: this compares nothing"
    print(f"50 clips, {len(set(labels[0]))} classes: labels equal, log-probabilities within {worst:.2g}")


def same(a, b):
    a, b = (torch.load(path)["model_state_dict"] for path in (a, b))
    assert a.keys() == b.keys(), a.keys() ^ b.keys()
    for name, tensor in a.items():
        if not name.startswith("encoder_layer."):  # unused, and not kept
            assert b[name].dtype == tensor.dtype and torch.equal(tensor, b[name]), name


def scale(script):
    from importlib.machinery import SourceFileLoader
    from importlib.util import module_from_spec, spec_from_loader

    loader = SourceFileLoader("convert_checkpoint", script)
    module = module_from_spec(spec_from_loader("convert_checkpoint", loader))
    loader.exec_module(module)
    random = np.random.default_rng(1)
    bands = 6
    ln = random.normal(-5, 2, (100, bands))
    mean, variance = random.normal(-5, 1, bands).astype("f4"), np.float32([0, 1e-7, 1e-5, 1e-3, 1, 30])
    out = module.listen_in_db({"bn0.running_mean": mean, "bn0.running_var": variance, "fc.bias": mean})

    def normalise(x, mean, variance):
        return F.batch_norm(*map(torch.from_numpy, (x, mean.astype("f8"), variance.astype("f8")))).numpy()

    want = normalise(ln, mean, variance)
    got = normalise(10 / np.log(10) * ln, out["bn0.running_mean"], out["bn0.running_var"])
    worst = (np.abs(got - want) / (1 + np.abs(want))).max(0)
    assert (out["fc.bias"] == mean).all()
    assert worst.max() < 1e-6 * 5 / np.sqrt(1e-5), worst  # the float32 of a mean, over the smallest deviation
    assert (np.abs(out["bn0.running_var"].astype("f8") + 1e-5 - 100 / np.log(10) ** 2 * (variance.astype("f8") + 1e-5))
            < 1e-7 * (1e-5 + out["bn0.running_var"])).all(), out["bn0.running_var"]


def damage(path, *changes):
    for change in changes:
        name, shape = change.split("=")
        content = torch.load(path)
        state = content["model_state_dict"]
        if shape == "nan":
            state[name].view(-1)[0] = float("nan")
        elif shape[0] == "@":
            state[name].fill_(float(shape[1:]))
        elif shape == "gone":
            del state[name]
        else:
            state[name] = torch.zeros([int(n) for n in shape.split("x")])
        torch.save(content, f"{name}.pth")


if __name__ == "__main__":
    torch.set_num_threads(1)
    {"make": make, "compare": compare, "same": same, "scale": scale, "break": damage}[sys.argv[1]](*sys.argv[2:])
