#!/usr/bin/env python3
"""Log-mel features by others: one JSON line {"torchaudio": clips_per_s, ...}, one thread.

  peer_features.py REFERENCE.py SECONDS [PIPELINE...]     librosa, torchaudio, reference

A 10 s, 48 kHz, 16-bit mono file of noise is read and turned into 64 mel bands again and again for
SECONDS; nothing is written.  A pipeline that is not installed is left out.
"""
import importlib.util
import json
import os
import statistics
import sys
import tempfile
import time
import wave

import numpy as np

RATE_HZ, SECONDS, GROUP = 48000, 10, 32


def write_noise(path):
    noise = np.random.default_rng(1).integers(-8192, 8192, RATE_HZ * SECONDS, dtype=np.int16)
    with wave.open(path, "wb") as f:
        f.setnchannels(1)
        f.setsampwidth(2)
        f.setframerate(RATE_HZ)
        f.writeframes(noise.tobytes())


def librosa_pipeline(_):
    import librosa

    def run(path):
        y, rate = librosa.load(path, sr=44100)
        s = librosa.stft(y, n_fft=2048, win_length=1764, hop_length=882, pad_mode="constant")
        mel = librosa.feature.melspectrogram(S=abs(s), sr=rate, n_mels=64, fmin=10, fmax=22050)
        return librosa.power_to_db(mel, top_db=80)

    return run


def torchaudio_pipeline(_):
    import torch
    import torchaudio

    torch.set_num_threads(1)
    resample = torchaudio.transforms.Resample(RATE_HZ, 44100)
    mel = torchaudio.transforms.MelSpectrogram(
        44100, n_fft=2048, win_length=1764, hop_length=882, f_min=10, f_max=22050, n_mels=64,
        power=1.0, norm="slaney", mel_scale="slaney", pad_mode="constant")
    decibel = torchaudio.transforms.AmplitudeToDB("power", top_db=80)

    def run(path):
        with torch.no_grad():
            y, _ = torchaudio.load(path)
            return decibel(mel(resample(y.mean(0))))

    return run


def reference_pipeline(path):
    spec = importlib.util.spec_from_file_location("features_ref", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.clip_features


PIPELINES = {"librosa": librosa_pipeline, "torchaudio": torchaudio_pipeline,
             "reference": reference_pipeline}


def clips_per_s(run, path, seconds):
    """By groups, as ours is timed by steps: single clips could slip between others' time slices."""
    run(path)
    run(path)
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 3:
        start = time.perf_counter()
        for _ in range(GROUP):
            run(path)
        times.append(time.perf_counter() - start)
    return GROUP / statistics.median(times)


def main():
    reference, seconds = sys.argv[1], float(sys.argv[2])
    result = {}
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as temp:
        path = os.path.join(temp, "noise.wav")
        write_noise(path)
        for name in sys.argv[3:] or PIPELINES:
            try:
                run = PIPELINES[name](reference)
            except (ImportError, OSError) as error:
                print(f"{name}: {error}", file=sys.stderr)
                continue
            result[name] = clips_per_s(run, path, seconds)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
