#!/usr/bin/env python3
"""Convolutions by PyTorch, pass by pass: one JSON line in the form of `cassette bench layers`.

  peer_layers.py [STEPS]       one thread, channels last, milliseconds per clip of a batch of 4
"""
import json
import statistics
import sys
import time

import torch

BATCH = 4
LAYERS = [(1, 64, 500, 64), (64, 64, 500, 64), (64, 128, 250, 32), (128, 128, 250, 32)]
PASSES = {"forward_ms": None, "backward_data_ms": [True, False, False],
          "backward_weights_ms": [False, True, False]}


def milliseconds(run, steps):
    run()
    times = []
    for _ in range(steps):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return 1e3 * statistics.median(times) / BATCH


def main():
    steps = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    torch.manual_seed(0)
    result = {}
    for c, k, h, w in LAYERS:
        last = torch.channels_last
        x = torch.randn(BATCH, c, h, w).to(memory_format=last)
        y = torch.randn(BATCH, k, h, w).to(memory_format=last)
        weight = (0.05 * torch.randn(k, c, 3, 3)).to(memory_format=last)
        layer = result[f"{c}->{k} {h}x{w}"] = {"method": f"torch {torch.__version__}"}
        for name, mask in PASSES.items():
            if mask is None:
                run = lambda: torch.conv2d(x, weight, padding=1)
            else:
                run = lambda m=mask: torch.ops.aten.convolution_backward(
                    y, x, weight, None, [1, 1], [1, 1], [1, 1], False, [0, 0], 1, m)
            layer[name] = milliseconds(run, steps)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
