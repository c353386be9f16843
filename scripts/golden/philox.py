"""Philox4x32-10 in plain Python, keyed as src/base/random.c does; Salmon et al., SC'11, section 3.3."""

WORD = 0xFFFFFFFF


def philox(counter, key):
    c, k = list(counter), list(key)
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [b >> 32 ^ c[1] ^ k[0], b & WORD, a >> 32 ^ c[3] ^ k[1], a & WORD]
        k = [(k[0] + 0x9E3779B9) & WORD, (k[1] + 0xBB67AE85) & WORD]
    return c


# The authors' known answers for counters and keys of zeros and of ones.
assert philox([0] * 4, [0] * 2) == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]
assert philox([WORD] * 4, [WORD] * 2) == [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]


def halves(x):
    return [x & WORD, x >> 32]


class Key:
    def __init__(self, seed, purpose, stage, a, b):
        chained = philox(halves(seed) + [purpose, stage], [0, 0])
        mixed = philox([x ^ y for x, y in zip(chained, halves(a) + halves(b))], [0, 0])
        self.key, self.high = mixed[:2], mixed[2:]

    def uniform(self, i):
        """Number i of the sequence, in [0, 1) with 53 bits."""
        block = philox(halves(i // 2) + self.high, self.key)
        first, second = block[i % 2 * 2:][:2]
        return ((first << 32 | second) >> 11) * 2.0 ** -53
