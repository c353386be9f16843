"""One training step of each strategy as its paper defines it: a loss for autograd to differentiate.

Masks, targets and running statistics are constants.  The name of the paper is with each class, the deviations from
published code are in docs/strategies.md.
"""
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

WEAK, SECOND, STRONG, STRONG2, UNMIXED, FLIPPED = range(6)      # rows of an unlabelled clip
LABELLED_WEAK, LABELLED_STRONG = 0, 1


@dataclass
class Step:
    labelled: Any
    alone: Any
    target: Any
    label: Any
    taught: Any
    unlabelled: Any
    unlabelled_target: Any
    guess: Any
    flips: Any
    flip: Any
    r: Any
    clip: Any
    t: float

    @property
    def U(self):
        return len(self.unlabelled)


def constant(logits):
    """Probabilities that no gradient passes."""
    return torch.softmax(logits, -1).detach().numpy()


def risen(t, ramp):
    """Share of its full value that a weight has; without a ramp it has all of it."""
    return 1.0 if t >= ramp else t / ramp


def cross_entropy(target, logits):
    return -(torch.as_tensor(target) * torch.log_softmax(logits, -1)).sum(-1)


def brier(target, logits):
    return ((torch.as_tensor(target) - torch.softmax(logits, -1)) ** 2).mean(-1)


def total(weights, terms):
    return (torch.as_tensor(np.asarray(weights, float)) * terms).sum()


def norm(x):
    return x / x.sum(-1, keepdims=True)


def sharpen(p, temperature):
    return norm(p ** (1 / temperature))


def inverse(x):
    return np.divide(1.0, x, out=np.zeros_like(x, dtype=float), where=x > 0)


def decided(confidence, threshold):
    """Whether a confidence suffices; refuses a case that rounding would decide."""
    assert np.all(np.abs(confidence - threshold) > 1e-4), "a confidence on its threshold: change the inputs"
    return (confidence >= threshold).astype(float)


class Average:
    """Exponential moving average."""

    def __init__(self, momentum, start):
        self.momentum, self.value = momentum, start

    def update(self, x):
        self.value = self.momentum * self.value + (1 - self.momentum) * x


class Strategy:
    """Cross-entropy of labelled clips; the base of the others."""
    own = {}
    labelled_rows = [LABELLED_WEAK]
    alone_rows = []
    unlabelled_rows = []
    has_flips = False

    def __init__(self, K, clips, **params):
        self.K, self.clips, self.params = K, clips, {**self.own, **params}
        if self.params.get("mixup") and STRONG in self.unlabelled_rows:
            self.unlabelled_rows = [STRONG]     # the weak view is looked at before
        self.start()

    def __getattr__(self, name):
        return self.__dict__["params"][name]

    def start(self):
        pass

    def state(self):
        return {}

    def supervised(self, x):
        rows = self.labelled_rows
        return cross_entropy(x.target[:, rows], x.labelled[:, rows]).mean()

    def step(self, x):
        return dict(supervised=self.supervised(x))

    def consistency(self, x, mask, target, row, weight):
        """Cross-entropy of a row against targets, as a mean over all unlabelled clips, kept or not."""
        return weight * total(mask, cross_entropy(target, x.unlabelled[:, row])) / max(x.U, 1)

    def one_hot(self, p):
        return np.eye(self.K)[p.argmax(-1)]

    def learn(self, x, p, mask, row, weight):
        """Consistency with the decision p; with mixup the row has come mixed, and its target with it."""
        seen = dict(mask=mask, label=p.argmax(-1))
        target = self.one_hot(p)
        if self.params.get("mixup"):
            seen["guess_target"] = target
            target = x.unlabelled_target[:, 0]
        return dict(seen, supervised=self.supervised(x), unsupervised=self.consistency(x, mask, target, row, weight))

    def decided_on(self, x):
        return constant(x.guess[:, 0] if self.params.get("mixup") else x.unlabelled[:, WEAK])


class Distillation(Strategy):
    """Hinton et al. 2015, section 2: soft targets at a temperature, and the labels with a smaller weight."""
    own = dict(temperature=2.0, label_weight=0.05)

    def step(self, x):
        T, p = self.temperature, x.taught[:, LABELLED_WEAK]
        logits, judged = x.labelled[:, LABELLED_WEAK], p.sum(-1) > 0
        labels = cross_entropy(x.label[:, LABELLED_WEAK], logits)
        opinions = torch.nn.functional.kl_div(torch.log_softmax(logits / T, -1), p, reduction="none").sum(-1)
        weight = torch.where(judged, self.label_weight, 1.0)
        return dict(supervised=(weight * labels).mean(),
                    extra=(torch.where(judged, 1 - self.label_weight, 0.0) * T ** 2 * opinions).mean())


class NoisyStudent(Strategy):
    """Xie et al. 2020: the student sees noised views only."""
    labelled_rows = [LABELLED_STRONG]


class Alignment:
    """Berthelot et al. 2020, section 3.1: marginals of labels and of predictions over 128 batches."""
    batches = 128

    def __init__(self):
        self.labels, self.recent = [], []

    def state(self):
        return dict(labels=np.mean(self.labels, 0), recent=np.mean(self.recent, 0))

    def align(self, labels, p):
        self.labels = self.labels[-self.batches + 1:] + [labels.numpy().mean(0)]
        if len(p):
            self.recent = self.recent[-self.batches + 1:] + [p.mean(0)]
        return norm(p * (np.mean(self.labels, 0) + 1e-6) / (np.mean(self.recent, 0) + 1e-6))


class Thresholded(Strategy):
    """Lee 2013, with a threshold; the view that is labelled is the view that is trained on."""
    own = dict(threshold=0.95, weight=1.0, ramp=0.4, mixup=0.0)
    unlabelled_rows = [WEAK]

    def step(self, x):
        p = self.decided_on(x)
        mask = decided(p.max(-1), self.threshold)
        weight = self.weight * risen(x.t, self.ramp)
        return dict(self.learn(x, p, mask, WEAK, weight), threshold=self.threshold)


class MeanTeacher(Strategy):
    """Tarvainen & Valpola 2017."""
    own = dict(weight=100.0, ramp=0.4)
    unlabelled_rows = [WEAK]

    def step(self, x):
        teacher = constant(x.guess[:, 0])
        weight = self.weight * math.exp(-5 * (1 - risen(x.t, self.ramp)) ** 2)
        distance = brier(teacher, x.unlabelled[:, WEAK])
        return dict(supervised=self.supervised(x), unsupervised=weight * distance.sum() / max(x.U, 1),
                    mask=np.ones(x.U), label=teacher.argmax(-1))


class FixMatch(Strategy):
    """Sohn et al. 2020; with mixup Cances et al. 2022."""
    own = dict(threshold=0.95, weight=1.0, mixup=0.0, alignment=0)
    unlabelled_rows = [WEAK, STRONG]

    def start(self):
        if self.params.get("alignment"):
            self.alignment_of = Alignment()

    def state(self):
        return self.alignment_of.state() if self.params.get("alignment") else {}

    def step(self, x):
        p = self.decided_on(x)
        if self.params.get("alignment"):
            p = self.alignment_of.align(x.target[:, LABELLED_WEAK], p)
        threshold = self.thresholds(x, p)
        mask = decided(p.max(-1), np.broadcast_to(threshold, self.K)[p.argmax(-1)])
        return dict(self.learn(x, p, mask, STRONG, self.weight), threshold=threshold)

    def thresholds(self, x, p):
        return self.threshold


class Uda(Strategy):
    """Xie et al. 2020, section 3.2: training signal annealing and sharpened targets."""
    own = dict(threshold=0.8, temperature=0.4, weight=1.0)
    unlabelled_rows = [WEAK, STRONG]

    def supervised(self, x):
        tsa = self.params.get("tsa", 0)
        if not tsa:
            return super().supervised(x)
        share = {1: x.t, 2: math.exp(5 * (x.t - 1)), 3: 1 - math.exp(-5 * x.t)}[tsa]
        eta = share * (1 - 1 / self.K) + 1 / self.K
        logits, target = x.labelled[:, LABELLED_WEAK], x.target[:, LABELLED_WEAK]
        right = (constant(logits) * self.one_hot(target.numpy())).sum(-1)
        kept = 1 - decided(right, eta)
        return total(kept, cross_entropy(target, logits)) / max(1.0, kept.sum())

    def step(self, x):
        p = constant(x.unlabelled[:, WEAK])
        mask = decided(p.max(-1), self.threshold)
        target = constant(x.unlabelled[:, WEAK] / self.temperature)
        return dict(supervised=self.supervised(x), mask=mask, label=p.argmax(-1), threshold=self.threshold,
                    unsupervised=self.consistency(x, mask, target, STRONG, self.weight))


class FlexMatch(FixMatch):
    """Zhang et al. 2021, equations 5, 6 and 11."""
    own = dict(threshold=0.95, weight=1.0, mixup=0.0)

    def start(self):
        self.memory = np.full(self.clips, -1)

    def state(self):
        return dict(memory=self.memory + 1)

    def thresholds(self, x, p):
        counts = np.array([(self.memory == c).sum() for c in range(self.K)])
        beta = counts / max(counts.max(), (self.memory < 0).sum())
        sure = decided(p.max(-1), self.threshold) > 0
        self.memory[x.clip[sure]] = p.argmax(-1)[sure]      # seen by the next batch
        return self.threshold * beta / (2 - beta)


class FreeMatch(FixMatch):
    """Wang et al. 2023, equations 5 to 11."""
    own = dict(momentum=0.999, fairness=0.001, weight=1.0)

    def start(self):
        self.tau = Average(self.momentum, 1 / self.K)
        self.p = Average(self.momentum, np.full(self.K, 1 / self.K))
        self.h = Average(self.momentum, np.full(self.K, 1 / self.K))

    def state(self):
        return dict(tau=self.tau.value, p=self.p.value, h=self.h.value)

    def thresholds(self, x, p):
        if x.U:
            self.tau.update(p.max(-1).mean())
            self.p.update(p.mean(0))
            self.h.update(self.one_hot(p).mean(0))
        return self.tau.value * self.p.value / self.p.value.max()

    def step(self, x):
        seen = super().step(x)
        kept = seen["mask"] > 0
        if kept.any():
            q = torch.softmax(x.unlabelled[:, STRONG][kept], -1)
            histogram = self.one_hot(q.detach().numpy()).sum(0)
            a = norm(self.p.value * inverse(self.h.value))
            b = norm(q.sum(0) * torch.tensor(inverse(histogram)))
            seen["extra"] = self.fairness * (torch.tensor(a) * torch.log(b + 1e-12)).sum()
        return seen


class SoftMatch(Strategy):
    """Chen et al. 2023, equations 7 to 10; uniform alignment moves the weights, not the labels."""
    own = dict(momentum=0.999, weight=1.0)
    unlabelled_rows = [WEAK, STRONG]

    def start(self):
        self.p = Average(self.momentum, np.full(self.K, 1 / self.K))
        self.mu = Average(self.momentum, 1 / self.K)
        self.variance = Average(self.momentum, 1.0)

    def state(self):
        return dict(p=self.p.value, mu=self.mu.value, variance=self.variance.value)

    def step(self, x):
        p = constant(x.unlabelled[:, WEAK])
        if x.U:
            self.p.update(p.mean(0))
        confidence = norm(p / (self.K * self.p.value)).max(-1)
        if x.U:
            self.mu.update(confidence.mean())
        if x.U > 1:
            self.variance.update(confidence.var(ddof=1))
        short = np.minimum(confidence - self.mu.value, 0)
        mask = np.exp(-short ** 2 / (2 * self.variance.value / 4))
        return dict(supervised=self.supervised(x), mask=mask, label=p.argmax(-1), threshold=self.mu.value,
                    unsupervised=self.consistency(x, mask, self.one_hot(p), STRONG, self.weight))


class AdaMatch(Strategy):
    """Berthelot et al. 2022, section 3."""
    own = dict(threshold=0.9, momentum=0.999, weight=1.0)
    labelled_rows = [LABELLED_WEAK, LABELLED_STRONG]
    alone_rows = [LABELLED_WEAK, LABELLED_STRONG]
    unlabelled_rows = [WEAK, STRONG]
    batches = 128

    def start(self):
        self.source = Average(self.momentum, np.full(self.K, 1 / self.K))
        self.recent = [np.full(self.K, 1 / self.K)] * self.batches

    def state(self):
        return dict(source=self.source.value, target=np.mean(self.recent, 0))

    def step(self, x):
        z = x.alone + x.r * (x.labelled - x.alone)
        p_source, p = constant(z[:, LABELLED_WEAK]), constant(x.unlabelled[:, WEAK])
        self.source.update(p_source.mean(0))
        if x.U:
            self.recent = self.recent[1:] + [p.mean(0)]
        aligned = norm(p * (self.source.value + 1e-6) / (np.mean(self.recent, 0) + 1e-6))
        threshold = self.threshold * p_source.max(-1).mean()
        mask = decided(aligned.max(-1), threshold)
        weight = self.weight * (0.5 - 0.5 * math.cos(min(math.pi, 2 * math.pi * x.t)))
        return dict(supervised=cross_entropy(x.target, z).mean(), mask=mask, label=aligned.argmax(-1),
                    unsupervised=self.consistency(x, mask, self.one_hot(aligned), STRONG, weight), threshold=threshold)


class MixMatch(Strategy):
    """Berthelot et al. 2019, equations 2 to 5; rows come mixed, with their targets."""
    own = dict(temperature=0.5, weight=75.0, ramp=1.0, mixup=0.75)
    unlabelled_rows = [WEAK, SECOND]

    def step(self, x):
        guess = sharpen(constant(x.guess).mean(1), self.temperature)
        rows = x.unlabelled[:, self.unlabelled_rows]
        weight = self.weight * risen(x.t, self.ramp)
        return dict(supervised=self.supervised(x), mask=np.ones(x.U), label=guess.argmax(-1), guess_target=guess,
                    unsupervised=weight * brier(x.unlabelled_target[:, :2], rows).sum() / max(2 * x.U, 1))


class ReMixMatch(Strategy):
    """Berthelot et al. 2020, section 3; flips in place of rotations as in Cances et al. 2022."""
    own = dict(temperature=0.5, weight=1.5, unmixed_weight=0.5, flip_weight=0.5, ramp=1.0, mixup=0.75, strong_views=2,
               alignment=1)

    def start(self):
        self.mixed = [WEAK, STRONG, STRONG2][:1 + int(self.strong_views)]
        self.has_flips = self.flip_weight > 0
        self.unlabelled_rows = self.mixed + [UNMIXED] * (self.unmixed_weight > 0) + [FLIPPED] * self.has_flips
        self.alignment_of = Alignment()

    def state(self):
        return self.alignment_of.state() if self.alignment else {}

    def step(self, x):
        p = constant(x.guess[:, 0])
        if self.alignment:
            p = self.alignment_of.align(x.target[:, LABELLED_WEAK], p)
        guess = sharpen(p, self.temperature)
        rise, U = risen(x.t, self.ramp), max(x.U, 1)
        rows = x.unlabelled[:, self.mixed]
        mixed = cross_entropy(x.unlabelled_target[:, :len(self.mixed)], rows).sum() / (U * len(self.mixed))
        unmixed = cross_entropy(guess, x.unlabelled[:, UNMIXED]).sum() / U
        flips = cross_entropy(torch.eye(4, dtype=torch.float64)[x.flip], x.flips).sum() / U
        return dict(supervised=self.supervised(x), mask=np.ones(x.U), label=guess.argmax(-1), guess_target=guess,
                    unsupervised=rise * (self.weight * mixed + self.unmixed_weight * unmixed),
                    extra=self.flip_weight * flips)


STRATEGIES = {
    "supervised": Strategy, "one-shot": Strategy, "soft": Strategy, "distill": Distillation, "noisy-student": NoisyStudent,
    "session-consistent": Strategy, "session-oracle": Strategy, "thresholded": Thresholded,
    "mean-teacher": MeanTeacher, "fixmatch": FixMatch, "uda": Uda, "flexmatch": FlexMatch, "freematch": FreeMatch,
    "softmatch": SoftMatch, "adamatch": AdaMatch, "mixmatch": MixMatch, "remixmatch": ReMixMatch,
}
