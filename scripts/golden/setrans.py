#!/usr/bin/env python3
"""Write tests/golden/setrans-*.h5: training steps of SE-Trans and of other members of its family, small ones, by PyTorch.

    /usr/bin/python3 scripts/golden/setrans.py [OUT_DIR]      needs python3-torch, python3-h5py

A dump holds, for `cassette verify` and tests/nn:

    input [clips][1][frames][bins] float32, target [clips], init/NAME   weights and statistics at the start
    f64/stepS/loss, grad/NAME, after/NAME, adam_m/NAME, adam_v/NAME     outcome of step S in float64
    f64/step0/act/{bn0,block1,block2,pooled,encoded,maxed,logits}       activations of the first step
    f32/stepS/grad/NAME     the same step in float32 from the same float64 state: the yardstick for rounding
    f64/eval_logits         evaluation mode with the last weights
    attributes lr, beta1, beta2, eps, bn_eps, bn_momentum, heads

and, of members other than SE-Trans, what no shape tells:

    network/pool [blocks][2], network/stem [2]      frames and bins; attributes residual, mean
    f64/step0/act/stem in place of bn0 where there is one, block3 and so on
    city [clips], -1: unknown, hour [clips], NaN: unknown     of one that is told city and time

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
    # Residual blocks, one of which keeps its channels; means of several sizes; no encoder, a mean over frames.
    "residual": dict(clips=5, frames=50, bins=17, channels=(8, 8, 12, 16), reduction=4, pooled=5, heads=4, feedforward=8,
                     classes=4, steps=1, seed=3, residual=True, pool=((2, 2), (2, 2), (1, 2), (2, 1)), layers=0, mean=True),
    # A stem, no gates, two encoder layers.
    "stem": dict(clips=4, frames=61, bins=18, channels=(8, 16), reduction=4, pooled=4, heads=4, feedforward=8, classes=4,
                 steps=1, seed=4, stem=(3, 2), pool=((2, 3), (2, 1)), gates=False, layers=2),
    # Told city and time: of four cities training knows three, one clip's is none of them, one's is not said.
    "told": dict(clips=6, frames=32, bins=16, channels=(8, 16), reduction=4, pooled=4, heads=4, feedforward=8, classes=5,
                 steps=1, seed=5, known=(1, 1, 0, 1), city=(0, 1, 2, 3, -1, 1), hour=(0.0, 9.5, 18.75, np.nan, 23.99, np.nan)),
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
    """Two gated convolutions, then means over pixels; a residual one adds its input before the last rectifier."""

    def __init__(self, before, width, case, pool):
        super().__init__()
        for i, inputs in ((1, before), (2, width)):
            conv = nn.Conv2d(inputs, width, 3, padding=1, bias=False)
            nn.init.xavier_uniform_(conv.weight)
            self.add_module(f"conv{i}", conv)
            self.add_module(f"bn{i}", nn.BatchNorm2d(width))
            self.add_module(f"se{i}", Gate(width, case["reduction"]) if case.get("gates", True) else nn.Identity())
        self.pool, self.residual = pool, case.get("residual", False)
        if self.residual:
            self.shortcut = nn.Identity() if before == width else nn.Conv2d(before, width, 1, bias=False)

    def forward(self, x):
        y = self.se1(self.bn1(self.conv1(x))).relu()
        y = self.se2(self.bn2(self.conv2(y)))
        return F.avg_pool2d((y + self.shortcut(x) if self.residual else y).relu(), self.pool)


def patches(x, height, width):
    """[n][1][H][W] to [n][height width][H/height][W/width]: what is left over is left out."""
    n, _, rows, columns = x.shape
    rows, columns = rows // height, columns // width
    x = x[:, 0, :rows * height, :columns * width].reshape(n, rows, height, columns, width)
    return x.permute(0, 2, 4, 1, 3).reshape(n, height * width, rows, columns)


class City(nn.Module):
    """Rows of an embedding; the mean of the known ones for any other city."""

    def __init__(self, known):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(len(known), 16) / 2 - 0.25)
        self.register_buffer("known", torch.tensor(known, dtype=torch.float32))

    def forward(self, city):
        mean = (self.weight * self.known[:, None]).sum(0) / self.known.sum()
        is_known = (city >= 0) & (self.known[city.clamp(min=0)] > 0)
        return torch.where(is_known[:, None], self.weight[city.clamp(min=0)], mean)


class Metadata(nn.Module):
    """What the final layer makes of city and time beside the clip's vector."""

    def __init__(self, case):
        super().__init__()
        self.city, self.time1, self.time2 = City(case["known"]), nn.Linear(8, 16), nn.Linear(16, 16)
        self.fc = nn.Linear(32, case["classes"], bias=False)

    def forward(self, city, hour):
        angle = 2 * np.pi * hour[:, None] / 24 * torch.arange(1, 5)
        x = torch.stack((angle.sin(), angle.cos()), 2).flatten(1).nan_to_num(0.0).to(self.fc.weight.dtype)
        return self.fc(torch.cat((self.city(city), self.time2(self.time1(x).relu())), 1))


class Network(nn.Module):
    """Any member; forward() returns every activation of interest by name."""

    def __init__(self, case):
        super().__init__()
        self.pooled, self.stem, self.mean = case["pooled"], case.get("stem"), case.get("mean", False)
        self.bn0 = nn.BatchNorm2d(case["bins"])
        before, self.blocks = self.stem[0] * self.stem[1] if self.stem else 1, len(case["channels"])
        for i, width in enumerate(case["channels"]):
            self.add_module(f"block{i + 1}", Block(before, width, case, case["pool"][i] if "pool" in case else 2))
            before = width
        layer = nn.TransformerEncoderLayer(before, case["heads"], case["feedforward"], dropout=0.0, batch_first=True)
        layers = case.get("layers", 1)
        self.encoder = layer if layers == 1 else nn.TransformerEncoder(layer, layers) if layers else nn.Identity()
        self.fc = nn.Linear(before, case["classes"])
        nn.init.xavier_uniform_(self.fc.weight)
        nn.init.zeros_(self.fc.bias)
        self.told = None
        if "known" in case:
            self.meta = Metadata(case)
            self.told = torch.tensor(case["city"]), torch.tensor(case["hour"], dtype=torch.float64)

    def forward(self, x):
        seen = {}
        x = self.bn0(x.transpose(1, 3)).transpose(1, 3)
        if self.stem:
            seen["stem"] = x = patches(x, *self.stem)
        else:
            seen["bn0"] = x
        for i in range(self.blocks):
            seen[f"block{i + 1}"] = x = getattr(self, f"block{i + 1}")(x)
        seen["pooled"] = F.adaptive_avg_pool2d(x, (self.pooled, 1)).squeeze(3).transpose(1, 2)
        seen["encoded"] = self.encoder(seen["pooled"])
        seen["maxed"] = seen["encoded"].mean(1) if self.mean else seen["encoded"].max(1).values
        seen["logits"] = self.fc(seen["maxed"])
        if self.told:
            seen["logits"] = seen["logits"] + self.meta(*self.told)
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
        if "pool" in case:
            file.attrs.update(residual=int(case.get("residual", False)), mean=int(case.get("mean", False)))
            put(file, "network/pool", np.array(case["pool"], np.int64))
            put(file, "network/stem", np.array(case.get("stem", (1, 1)), np.int64))
        if "known" in case:
            put(file, "city", np.array(case["city"], np.int64))
            put(file, "hour", np.array(case["hour"]))
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
    """All of them, or only the named: setrans.py OUT_DIR NAME..."""
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2] / "tests" / "golden"
    torch.set_num_threads(1)
    for name, case in CASES.items():
        if len(sys.argv) > 2 and name not in sys.argv[2:]:
            continue
        write(out / f"setrans-{name}.h5", case)


if __name__ == "__main__":
    main()
