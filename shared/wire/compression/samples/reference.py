"""Compresses samples with the reference implementations (cramjam 2.14.0 binds them): python reference.py > reference.jsonl"""

import base64
import json
import random

import cramjam

random.seed(5)
words = [b"flight ", b"carrier ", b"AA", b"UA", b"\0" * 9, b"delayed by ", b"minutes, "]


def noise(count, values=256):
    return bytes(random.randrange(values) for _ in range(count))


def encoded(data):
    return base64.b64encode(bytes(data)).decode()


samples = {
    "nothing": b"",
    "one byte": b"a",
    "noise": noise(700),
    "four letters": noise(4000, 4),
    "words": b"".join(random.choices(words, k=1200)),
    "words and noise": b"".join(random.choice(words + [noise(3)]) for _ in range(900)),
    "one byte many times": b"z" * 300_000,
    "blocks that differ": noise(2000, 3) + b"y" * 140_000 + b"".join(random.choices(words, k=800)),
    "far copies": (start := noise(1200)) + b"x" * 70_000 + start + b"w" * 200_000 + start,
}
for name, raw in samples.items():
    packed = [("snappy", cramjam.snappy.compress_raw(raw))]
    packed += [("zstd", cramjam.zstd.compress(raw, level=level)) for level in (1, 19)]
    packed += [("lz4", cramjam.lz4.compress(raw, level=level)) for level in (1, 9)]
    for codec, one in packed:
        print(json.dumps({"name": name, "codec": codec, "raw": encoded(cramjam.gzip.compress(raw)), "packed": encoded(one)}))
