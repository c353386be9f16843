#!/usr/bin/python3
"""Write tests/golden/strategies.h5: the semi-supervised strategies by PyTorch autograd in float64.

    /usr/bin/python3 scripts/golden/strategies.py [OUT]      needs python3-torch, python3-h5py

Written from the definitions in docs/strategies.md, apart from src/ssl; tests/ssl holds that code to this file.
Strategies carry their memories and running statistics from step to step.  S steps; rows of a clip by name:

    inputs/SET/labelled [S][B][2][K]            logits: weak, strong
    inputs/SET/alone [S][B][2][K]               the same of a pass without unlabelled clips
    inputs/SET/target [S][B][2][K]
    inputs/SET/label [S][B][2][K]               the same, zeros for clips that have none but the teacher's
    inputs/SET/taught [S][B][2][K]              the teacher's targets, zeros for a clip that it did not judge
    inputs/SET/unlabelled [S][U][6][K]          logits: weak, second weak, strong, second strong, unmixed, flipped
    inputs/SET/unlabelled_target [S][U][3][K]   of mixed rows
    inputs/SET/guess [S][U][2][K]               logits of weak views without gradient
    inputs/SET/flips [S][U][4], flip [S][U]     logits of the second head for the flipped view, and which flip that is
    inputs/SET/clip [S][U], U [S], progress [S], r [S][B][2][K]
    steps/NAME/CASE/...                         case "edge" takes inputs/edge, the others take inputs/random
        params [2][14]                          asked for (NaN: the strategy's own), used (NaN: none of its own)
        laps                                    if any: how often the inputs were gone through before
        loss [S][3]                             supervised, unsupervised (weighted), extra
        {labelled,alone,unlabelled}_gradient [S][B or U][rows][K], flips_gradient [S][U][4]
        decision [S][U][2]                      mask, pseudo-label
        guess_target [S][U][K]
        threshold [S][K]                        confidence that each class needs in the step
        state_X [S][...]                        running statistics after the step; memory: 0 or 1 + class
    teacher/{p,session,session_label}, teacher/NAME/CASE/{params,target,copies}
    attributes K, clips; seed, stage, b         the last ones: of the key of r, whose a is the step

Steps of fewer than U unlabelled clips are padded with 0 (labels: -1).
"""
import sys
from pathlib import Path

import h5py
import numpy as np
import torch

import strategy_definitions as definitions
import teacher_targets
from philox import Key

K, B, U, CLIPS = 5, 4, 7, 9
PARAMS = ["threshold", "temperature", "weight", "ramp", "momentum", "fairness", "per_class", "tsa", "mixup", "strong_views",
          "unmixed_weight", "flip_weight", "label_weight", "alignment"]
SEED, STAGE, KEY_B, PURPOSE_STRATEGY = 7, 3, 5, 9

# What each strategy is tried with besides its own parameters.
VARIANTS = {
    "distill": {"plain": dict(temperature=1.0, label_weight=0.0), "half": dict(temperature=3.0, label_weight=0.5),
                "cold": dict(temperature=0.5, label_weight=0.3), "label": dict(label_weight=1.0)},
    "thresholded": {"low": dict(threshold=0.6, weight=0.5, ramp=0.8), "flat": dict(threshold=0.6, ramp=0.0),
                    "mixed": dict(threshold=0.6, mixup=0.75)},
    "mean-teacher": {"light": dict(weight=7.0, ramp=0.9)},
    "fixmatch": {"low": dict(threshold=0.6, weight=2.0), "off": dict(threshold=0.6, weight=0.0),
                 "mixed": dict(threshold=0.6, weight=2.0, mixup=0.75), "aligned": dict(threshold=0.6, alignment=1),
                 "both": dict(threshold=0.6, mixup=0.75, alignment=1)},
    "uda": {"linear": dict(tsa=1), "exp": dict(tsa=2, temperature=2.0), "log": dict(tsa=3, threshold=0.6)},
    "flexmatch": {"low": dict(threshold=0.6, weight=3.0), "mixed": dict(threshold=0.6, mixup=0.2)},
    "freematch": {"fast": dict(momentum=0.4, fairness=0.5, weight=2.0), "unfair": dict(momentum=0.4, fairness=0.0),
                  "new": dict(momentum=0.0)},
    "softmatch": {"fast": dict(momentum=0.4, weight=2.0)},
    "adamatch": {"fast": dict(momentum=0.4, threshold=1.0, weight=2.0)},
    "mixmatch": {"light": dict(temperature=0.8, weight=10.0, ramp=0.4)},
    "remixmatch": {"light": dict(temperature=0.8, weight=3.0, unmixed_weight=0.2, flip_weight=2.0, ramp=0.4),
                   "one": dict(strong_views=1, unmixed_weight=0.0, ramp=0.0), "unflipped": dict(flip_weight=0.0),
                   "unaligned": dict(alignment=0)},
}


def random_inputs():
    """Three steps in which some clips are kept and others are not."""
    rng = np.random.default_rng(SEED)

    def logits(*shape):
        scale = rng.uniform(0.5, 7.0, (3, shape[0], 1, 1))      # sure of some clips, unsure of others
        return (scale * rng.standard_normal((3, *shape, K))).astype(np.float32)

    def distributions(*shape):
        return rng.dirichlet(np.full(K, 0.4), (3, *shape))

    target = distributions(B, 2)
    target[:, 1:] = np.eye(K)[target[:, 1:, :1].argmax(-1)]     # labels; clip 0 is a mixture of two
    labelled, unlabelled = logits(B, 2), logits(U, 3)
    labelled = labelled / 3 + 2 * target.astype(np.float32)
    inputs = dict(labelled=labelled, alone=labelled + logits(B, 2) / 8, target=target, unlabelled=unlabelled,
                  unlabelled_target=distributions(U, 2), guess=logits(U, 2), U=np.full(3, U),
                  clip=np.stack([rng.permutation(CLIPS)[:U] for _ in range(3)]), progress=np.array([0.05, 0.3, 0.7]))
    inputs["unlabelled"] = np.concatenate([unlabelled, logits(U, 3)], 2)
    inputs["unlabelled_target"] = np.concatenate([inputs["unlabelled_target"], distributions(U, 1)], 2)
    inputs["label"], inputs["taught"] = target.copy(), np.random.default_rng(SEED + 1).dirichlet(np.full(K, 0.6), (3, B, 2))
    inputs["taught"][:, 1] = 0      # not judged
    inputs["taught"][1:, 0, :, 3] = 0
    inputs["taught"] /= np.maximum(inputs["taught"].sum(-1, keepdims=True), 1e-300)
    inputs["label"][:, 2] = 0       # not labelled
    return dict(inputs, flips=3 * rng.standard_normal((3, U, 4)).astype(np.float32), flip=rng.integers(0, 4, (3, U)))


def edge_inputs():
    """Everything of one class; nothing known of any clip; no unlabelled clip; a single one."""
    x = {name: array[[0, 0, 1, 2]] for name, array in random_inputs().items()}
    for name in "labelled", "alone", "unlabelled", "guess", "flips":
        x[name] = x[name].copy()
        x[name][0] = 20.0 * (np.arange(x[name].shape[-1]) == 2)
        x[name][1] = 0.0
    x["target"][:2] = np.eye(K)[2]
    x["label"][:2, [0, 1, 3]] = x["taught"][:1, [0, 2, 3]] = np.eye(K)[2]
    x["unlabelled_target"][:2] = np.eye(K)[2]
    return {**x, "U": np.array([U, U, 0, 1]), "progress": np.array([0.0, 0.5, 0.9, 0.999])}


def draw(steps):
    r = np.zeros((steps, B, 2, K))
    for step in range(steps):
        key = Key(SEED, PURPOSE_STRATEGY, STAGE, step, KEY_B)
        r[step] = np.reshape([key.uniform(i) for i in range(B * 2 * K)], (B, 2, K))
    return r


def step_of(inputs, step):
    """Inputs of one step as tensors; those with gradients are leaves."""
    n = inputs["U"][step]
    x = {name: inputs[name][step] for name in ("labelled", "alone", "target", "label", "taught", "r")}
    x.update({name: inputs[name][step][:n] for name in ("unlabelled", "unlabelled_target", "guess", "flips")})
    x = {name: torch.tensor(array, dtype=torch.float64) for name, array in x.items()}
    for name in "labelled", "alone", "unlabelled", "flips":
        x[name].requires_grad_()
    return definitions.Step(**x, clip=inputs["clip"][step][:n], flip=inputs["flip"][step][:n], t=float(inputs["progress"][step]))


def padded(array, n):
    out = np.zeros((n, *np.shape(array)[1:]))
    out[:len(array)] = array
    return out


def outcome(strategy, x):
    """Everything that is expected of one step, by name."""
    seen = strategy.step(x)
    loss = torch.stack([torch.as_tensor(seen.get(part, 0.0), dtype=torch.float64)
                        for part in ("supervised", "unsupervised", "extra")])
    loss.sum().backward()
    out = {"loss": loss.detach().numpy()}
    rows = dict(labelled=strategy.labelled_rows, alone=strategy.alone_rows, unlabelled=strategy.unlabelled_rows)
    for name, used in rows.items():
        leaf = getattr(x, name)
        gradient = np.zeros(leaf.shape) if leaf.grad is None else leaf.grad.numpy()
        others = [i for i in range(leaf.shape[1]) if i not in used]
        assert not gradient[:, others].any()
        if used:
            out[f"{name}_gradient"] = padded(gradient[:, used], U if name == "unlabelled" else B)
    assert strategy.has_flips or x.flips.grad is None or not x.flips.grad.any()
    if strategy.has_flips:
        out["flips_gradient"] = padded(np.zeros(x.flips.shape) if x.flips.grad is None else x.flips.grad.numpy(), U)
    if "mask" in seen:
        out["decision"] = padded(np.stack([seen["mask"], seen["label"]], -1), U)
        out["decision"][x.U:, 1] = -1
    if "guess_target" in seen:
        out["guess_target"] = padded(seen["guess_target"], U)
    if "threshold" in seen:
        out["threshold"] = np.broadcast_to(seen["threshold"], K)
    out.update({f"state_{name}": np.array(value) for name, value in strategy.state().items()})
    return out


def untimed(kind):
    properties = h5py.h5p.create(kind)
    properties.set_obj_track_times(False)
    return properties


def create(path):
    """A file without times in it: the same numbers give the same bytes."""
    access = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
    access.set_libver_bounds(h5py.h5f.LIBVER_V110, h5py.h5f.LIBVER_V110)
    return h5py.File(h5py.h5f.create(bytes(path), h5py.h5f.ACC_TRUNC, untimed(h5py.h5p.FILE_CREATE), access))


def put(file, name, array):
    array = np.asarray(array)
    group = file
    for part in name.split("/")[:-1]:
        if part not in group:
            h5py.h5g.create(group.id, part.encode(), None, untimed(h5py.h5p.GROUP_CREATE))
        group = group[part]
    packed = dict(compression="gzip", compression_opts=9, shuffle=True) if array.size > 30 else {}
    file.create_dataset(name, data=array, track_times=False, **packed)


def params_of(asked, used):
    return [[asked.get(name, 0.0 if name == "tsa" else np.nan) for name in PARAMS], [used.get(name, np.nan) for name in PARAMS]]


def write_case(file, name, case, inputs, params, laps=0):
    strategy = definitions.STRATEGIES[name](K, CLIPS, **params)
    for step in list(range(len(inputs["U"]))) * laps:
        strategy.step(step_of(inputs, step))
    steps = [outcome(strategy, step_of(inputs, step)) for step in range(len(inputs["U"]))]
    group = f"steps/{name}/{case}"
    put(file, f"{group}/params", params_of(params, strategy.params))
    if laps:
        put(file, f"{group}/laps", laps)
    for key in steps[0]:
        put(file, f"{group}/{key}", np.stack([step[key] for step in steps]))
    return np.array([step["decision"][:, 0] for step in steps if "decision" in step])


def main():
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2] / "tests/golden/strategies.h5"
    torch.set_num_threads(1)
    sets = {"random": random_inputs(), "edge": edge_inputs()}
    with create(out) as file:
        file.attrs.update(K=K, clips=CLIPS, seed=SEED, stage=STAGE, b=KEY_B)
        for set_name, inputs in sets.items():
            inputs["r"] = draw(len(inputs["U"]))
            for name, array in inputs.items():
                put(file, f"inputs/{set_name}/{name}", np.asarray(array, np.float64))
        for name, kind in definitions.STRATEGIES.items():
            write_case(file, name, "edge", sets["edge"], {})
            for case, params in {"own": {}, **VARIANTS.get(name, {})}.items():
                mask = write_case(file, name, case, sets["random"], params)
                # FreeMatch and SoftMatch start from "all confident"; these have no threshold.
                assert case == "own" or name in ("distill", "mean-teacher", "mixmatch", "remixmatch") or 0 < mask.mean() < 1, (name, case)
        for name, params in ("adamatch", {}), ("remixmatch", {}), ("fixmatch", dict(threshold=0.57, alignment=1)):
            write_case(file, name, "long", sets["random"], params, laps=50)     # more steps than they remember
        teacher_targets.write(file, put, params_of)
    print(f"{out}: {out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
