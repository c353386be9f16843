"""Targets that strategies with a teacher make of its probabilities, once a round."""
import numpy as np

CLASSES, CLIPS, SESSIONS = 5, 40, 9
PARAMS = {
    "one-shot": {"own": {}},
    "soft": {"own": {}, "flat": dict(temperature=2.0)},
    "distill": {"own": {}, "plain": dict(temperature=1.0, label_weight=0.0), "cold": dict(temperature=0.5)},
    "noisy-student": {"own": {}, "half": dict(per_class=0.5), "more": dict(per_class=2.3, threshold=0.45),
                      "none": dict(threshold=0.9999), "one": dict(per_class=0.01)},
    "session-consistent": {"own": {}, "some": dict(threshold=0.4), "all": dict(threshold=1e-6)},
    "session-oracle": {"own": {}},
}
OWN = {"soft": dict(temperature=0.5), "distill": dict(temperature=2.0, label_weight=0.05),
       "session-consistent": dict(threshold=0.95), "noisy-student": dict(threshold=0.3, per_class=1.0)}


def view():
    """Probabilities with ties within clips, between clips and between means of a session; class 4 is never the most
    likely, class 3 is scarce.  Ties are of dyadic numbers, exact in any precision."""
    rng = np.random.default_rng(11)
    p = rng.dirichlet(np.full(CLASSES, 0.7) * [1.6, 1.2, 1.0, 0.4, 0.05], CLIPS)
    p[3] = p[11] = p[20] = [0.125, 0.5, 0.125, 0.125, 0.125]    # equally confident: the lower index first
    p[5] = [0.25, 0.25, 0.25, 0.25, 0.0]                        # undecided: the lowest class
    p[6] = [0.0, 0.125, 0.375, 0.125, 0.375]
    p[7] = [0.1875, 0.1875, 0.1875, 0.1875, 0.25]               # of class 4, not confident enough
    p[8:10] = [[0.75, 0.25, 0.0, 0.0, 0.0], [0.25, 0.75, 0.0, 0.0, 0.0]]
    p[12:15] = [[0.0, 0.0, 0.5, 0.5, 0.0], [0.5, 0.0, 0.0, 0.5, 0.0], [0.0, 0.5, 0.5, 0.0, 0.0]]
    p = p.astype(np.float32)
    session = rng.integers(0, 6, CLIPS)
    session[[0, 5, 21]] = -1
    session[8:10] = 7           # its mean is a tie of classes 0 and 1
    session[12:15] = 8          # of 2 and 3; number 6 has no clip
    label = np.array([-1, 2, -1, 0, 3, -1, 1, -1, -1])
    return p, session, label


def one_hot(k):
    return np.eye(CLASSES)[k]


def one_shot(p):
    return one_hot(p.argmax(1)), np.ones(CLIPS, int)


def soft(p, temperature):
    powers = p ** (1 / temperature)
    return powers / powers.sum(1, keepdims=True), np.ones(CLIPS, int)


def distill(p, temperature, label_weight):
    return soft(p, temperature)


def noisy_student(p, threshold, per_class):
    wanted = max(1, int(np.floor(per_class * CLIPS / CLASSES + 0.5)))
    copies = np.zeros(CLIPS, int)
    for k in range(CLASSES):
        sure = [i for i in range(CLIPS) if p[i].argmax() == k and p[i, k] >= threshold]
        best = sorted(sure, key=lambda i: (-p[i, k], i))[:wanted]
        for place in range(wanted if best else 0):
            copies[best[place % len(best)]] += 1
    return p, copies


def session_consistent(p, session, label, threshold):
    target, _ = one_shot(p)
    sure = p.max(1) >= threshold
    for s in set(session) - {-1}:
        inside = session == s
        mean = p[inside].mean(0)
        target[inside] = one_hot(label[s] if label[s] >= 0 else mean.argmax())
        sure[inside] = label[s] >= 0 or mean.max() >= threshold
    return target, sure.astype(int)


def session_oracle(p, session, label):
    known = np.array([s >= 0 and label[s] >= 0 for s in session])
    target = np.array([one_hot(label[s]) if k else np.zeros(CLASSES) for s, k in zip(session, known)])
    return target, known.astype(int)


def write(file, put, params_of):
    p, session, label = view()
    put(file, "teacher/p", p.astype(float))
    put(file, "teacher/session", session.astype(np.int8))
    put(file, "teacher/session_label", label.astype(np.int8))
    p = p.astype(float)
    for name, cases in PARAMS.items():
        for case, params in cases.items():
            used = {**OWN.get(name, {}), **params}
            make = globals()[name.replace("-", "_")]
            sessions = (session, label) if name.startswith("session-") else ()
            target, copies = make(p, *sessions, **used)
            group = f"teacher/{name}/{case}"
            put(file, f"{group}/params", params_of(params, used))
            put(file, f"{group}/target", target)
            put(file, f"{group}/copies", copies.astype(np.int8))
