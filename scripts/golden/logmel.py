#!/usr/bin/python3
"""Write tests/golden/logmel.h5: small signals and their features by the reference implementation.

  scripts/golden/logmel.py [--reference FILE] [--out FILE]

The reference (numpy, float64) defines the features; test_logmel compares the program with this file.
Groups: NAME/samples at NAME/rate, and NAME/icme2024, NAME/apsipa2025: [frames][64] dB.
"""
import argparse
import importlib.util
import pathlib

import h5py
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
FRAMES, HOP, RATE = 16, 882, 44100
CLIP = FRAMES * HOP
PRESETS = {"icme2024": 10.0, "apsipa2025": 50.0}


def load(path):
    spec = importlib.util.spec_from_file_location("features_ref", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def quantised(x):
    return np.round(np.clip(x, -1, 1) * 32767).astype(np.int16)


def signals():
    """name -> (samples, rate); int16 stands for samples / 32768."""
    rng = np.random.default_rng(1)
    noise = rng.standard_normal(CLIP)
    period = np.sin(2 * np.pi * np.arange(441) * 10 / 441)       # 1 kHz, float: empty bands
    burst = np.zeros(CLIP)
    burst[5000:5200] = 0.8 * noise[:200]
    late = 0.001 * rng.standard_normal(CLIP + 6000)
    late[-4000:] *= 500                                          # after the clip: moves its floor
    ramp = np.arange(CLIP) / CLIP
    t48 = np.arange(48000 * CLIP // RATE) / 48000
    street = 0.1 * np.cumsum(rng.standard_normal(len(t48))) / 30 + 0.1 * np.sin(2e4 * np.pi * t48)
    return {
        "noise": (quantised(0.2 * noise), RATE),
        "tone": (np.resize(period, CLIP).astype(np.float32), RATE),
        "loud": ((3.0 * np.resize(np.sign(period), CLIP)).astype(np.float32), RATE),
        "burst": (quantised(burst), RATE),
        "silence": (np.zeros(CLIP, np.int16), RATE),
        "offset": (quantised(0.25 + 0 * ramp), RATE),
        "short": (quantised(0.5 * rng.standard_normal(5000) * np.hanning(5000)), RATE),
        "long": (quantised(late), RATE),
        "one_sample": (np.array([16384], np.int16), RATE),
        "rate_48k": (quantised(street - street.mean()), 48000),
        "rate_16k": (quantised(0.1 * rng.standard_normal(16000 * CLIP // RATE)), 16000),
    }


def features(ref, samples, rate, fmin):
    y = samples.astype(np.float32)
    if samples.dtype == np.int16:
        y /= np.float32(32768)
    y = ref.resample(y, rate)
    y = np.pad(y, (0, max(0, CLIP - len(y))))
    return ref.log_mel(y, fmin=fmin)[:FRAMES].astype(np.float32)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reference", default=ROOT.parent / "shared/reference/features_ref.py")
    parser.add_argument("--out", default=ROOT / "tests/golden/logmel.h5")
    args = parser.parse_args()
    ref = load(args.reference)
    with h5py.File(args.out, "w") as f:
        for name, (samples, rate) in signals().items():
            f.create_dataset(f"{name}/samples", data=samples, compression="gzip", shuffle=True,
                             track_times=False)
            f[f"{name}/rate"] = rate
            for preset, fmin in PRESETS.items():
                f.create_dataset(f"{name}/{preset}", data=features(ref, samples, rate, fmin),
                                 compression="gzip", shuffle=True, track_times=False)


if __name__ == "__main__":
    main()
