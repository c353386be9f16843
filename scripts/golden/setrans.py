#!/usr/bin/env python3
"""Write tests/golden/setrans-*.h5: training steps of small SE-Trans networks by PyTorch.

    /usr/bin/python3 scripts/golden/setrans.py [OUT_DIR]      needs python3-torch, python3-h5py

A dump holds, for `cassette verify` and tests/nn:

    input [clips][1][frames][bins] float32, target [clips], init/NAME   weights and statistics at the start
    f64/stepS/loss, grad/NAME, after/NAME, adam_m/NAME, adam_v/NAME     outcome of step S in float64
    f64/step0/act/{bn0,block1,block2,pooled,encoded,maxed,logits}       activations of the first step
    f32/stepS/grad/NAME     the same step in float32 from the same float64 state: the yardstick for rounding
    f64/eval_logits         evaluation mode with the last weights
    attributes lr, beta1, beta2, eps, bn_eps, bn_momentum, heads

NAME is the tensor's name in the state_dict of the network published with the ICME 2024 baseline.  Dropout is off.
"""
import sys
from pathlib import Path

import h5py
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

# One network whose sizes divide evenly, and one where nothing does: 61 frames -> 30 -> 15 -> 16 overlapping bins.
CASES = {
    "even": dict(clips=4, frames=48, bins=16, channels=(8, 16), reduction=4, pooled=6, heads=4, feedforward=8,
                 classes=10, steps=2, seed=1),
    "odd": dict(clips=7, frames=61, bins=18, channels=(12, 20), reduction=4, pooled=16, heads=5, feedforward=12,
                classes=3, steps=2, seed=2),
}


class Gate(nn.Module):
    """Squeeze and excitation."""

    def __init__(self, width, reduction):
        super().__init__()
        self.down = nn.Linear(width, width // reduction, bias=False)
        self.up = nn.Linear(width // reduction, width, bias=False)

    def forward(self, u):
        squeezed = u.mean((2, 3))
        return u * self.up(self.down(squeezed).relu()).sigmoid()[..., None, None]


class Block(nn.Module):
    """Two gated convolutions, then means over 2x2 pixels."""

    def __init__(self, before, width, reduction):
        super().__init__()
        for i, inputs in ((1, before), (2, width)):
            conv = nn.Conv2d(inputs, width, 3, padding=1, bias=False)
            nn.init.xavier_uniform_(conv.weight)
            self.add_module(f"conv{i}", conv)
            self.add_module(f"bn{i}", nn.BatchNorm2d(width))
            self.add_module(f"se{i}", Gate(width, reduction))

    def forward(self, x):
        for conv, norm, gate in ((self.conv1, self.bn1, self.se1), (self.conv2, self.bn2, self.se2)):
            x = gate(norm(conv(x))).relu()
        return F.avg_pool2d(x, 2)


class Network(nn.Module):
    """SE-Trans of any size; forward() returns every activation of interest by name."""

    def __init__(self, case):
        super().__init__()
        first, second = case["channels"]
        self.pooled = case["pooled"]
        self.bn0 = nn.BatchNorm2d(case["bins"])
        self.block1 = Block(1, first, case["reduction"])
        self.block2 = Block(first, second, case["reduction"])
        self.encoder = nn.TransformerEncoderLayer(second, case["heads"], case["feedforward"], dropout=0.0,
                                                  batch_first=True)
        self.fc = nn.Linear(second, case["classes"])
        nn.init.xavier_uniform_(self.fc.weight)
        nn.init.zeros_(self.fc.bias)

    def forward(self, x):
        seen = {"bn0": self.bn0(x.transpose(1, 3)).transpose(1, 3)}
        seen["block1"] = self.block1(seen["bn0"])
        seen["block2"] = self.block2(seen["block1"])
        frames = F.adaptive_avg_pool2d(seen["block2"], (self.pooled, 1))
        seen["pooled"] = frames.squeeze(3).transpose(1, 2)
        seen["encoded"] = self.encoder(seen["pooled"])
        seen["maxed"] = seen["encoded"].max(1).values
        seen["logits"] = self.fc(seen["maxed"])
        return seen


def put(file, name, array):
    array = np.asarray(array)
    packed = dict(compression="gzip", compression_opts=9, shuffle=True) if array.size > 64 else {}
    file.create_dataset(name, data=array, **packed)


def put_all(file, group, tensors):
    for name, tensor in tensors:
        put(file, f"{group}/{name}", tensor.detach().numpy())


def restart(case, state, moments, dtype):
    """A network and its optimiser with a given past, in a given precision."""
    network = Network(case)
    network.load_state_dict(state)
    network.to(dtype).train()
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-3)
    if moments:
        optimiser.load_state_dict(moments)
    return network, optimiser


def backward(network, x, y):
    seen = network(x)
    loss = F.cross_entropy(seen["logits"], y)
    loss.backward()
    return seen, loss.item()


def write(path, case):
    random = np.random.default_rng(case["seed"])
    # Decibels of a log-mel spectrogram: far from zero, on purpose.
    x = (12 * random.standard_normal((case["clips"], 1, case["frames"], case["bins"])) - 35).astype(np.float32)
    y = random.integers(0, case["classes"], case["clips"])
    torch.manual_seed(case["seed"])
    state, moments = Network(case).state_dict(), None
    label = torch.tensor(y)
    with h5py.File(path, "w") as file:
        file.attrs.update(lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8, bn_eps=1e-5, bn_momentum=0.1, heads=case["heads"])
        put(file, "input", x)
        put(file, "target", y)
        put_all(file, "init", state.items())
        for step in range(case["steps"]):
            single, _ = restart(case, state, None, torch.float32)
            backward(single, torch.tensor(x), label)
            put_all(file, f"f32/step{step}/grad", ((k, p.grad) for k, p in single.named_parameters()))

            group = f"f64/step{step}"
            network, optimiser = restart(case, state, moments, torch.float64)
            seen, loss = backward(network, torch.tensor(x, dtype=torch.float64), label)
            put(file, f"{group}/loss", loss)
            if step == 0:
                put_all(file, f"{group}/act", seen.items())
            put_all(file, f"{group}/grad", ((k, p.grad) for k, p in network.named_parameters()))
            optimiser.step()
            state, moments = network.state_dict(), optimiser.state_dict()
            put_all(file, f"{group}/after", state.items())
            for name, key in (("adam_m", "exp_avg"), ("adam_v", "exp_avg_sq")):
                put_all(file, f"{group}/{name}", ((k, optimiser.state[p][key]) for k, p in network.named_parameters()))
        network.eval()
        with torch.no_grad():
            put(file, "f64/eval_logits", network(torch.tensor(x, dtype=torch.float64))["logits"].numpy())


def main():
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2] / "tests" / "golden"
    torch.set_num_threads(1)
    for name, case in CASES.items():
        write(out / f"setrans-{name}.h5", case)


if __name__ == "__main__":
    main()
