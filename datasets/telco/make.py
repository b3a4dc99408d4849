"""Makes cells-2026-03.csv.gz: four days of 36 simulated cells with 24 incidents, which the telco demo plays.

    python make.py            writes cells-2026-03.csv.gz and SHA256SUMS beside this file
    python make.py --check    writes nothing; fails if the committed rows differ from what it would write

simulator.py documents the model behind the rows, README.md the columns.
"""

import gzip
import hashlib
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from simulator import DECIMALS, simulate

HERE = Path(__file__).resolve().parent
OUTPUT = "cells-2026-03.csv.gz"
SEED = 20260305


def committed_rows() -> pd.DataFrame:
    """Thursday to Sunday; cells and days that no training saw."""
    return simulate(SEED, cells=36, first_day="2026-03-05", days=4, incidents_per_kind=4)


def to_csv(rows: pd.DataFrame) -> bytes:
    """Plain CSV: no quotes, empty = none, ISO times in UTC, numbers with the decimals that they were rounded to, without zeros at the end."""
    text = rows.astype(object)
    for name in ("eventTime", "windowStart"):
        text[name] = rows[name].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    for name, decimals in DECIMALS.items():
        if decimals:
            text[name] = rows[name].map(lambda value: np.format_float_positional(value, trim="-"))
    text["incident"] = rows.incident.map(lambda number: str(number) if number else "")
    return text.to_csv(index=False, lineterminator="\n").encode()


def main(check: bool) -> None:
    csv = to_csv(committed_rows())
    path = HERE / OUTPUT
    if check:
        # The rows are compared, not the gzip bytes: another zlib may pack the same rows differently.
        same = gzip.decompress(path.read_bytes()) == csv
        raise SystemExit(None if same else f"{OUTPUT}: its rows are not those that make.py makes; run make.py")
    packed = gzip.compress(csv, compresslevel=9, mtime=0)
    path.write_bytes(packed)
    (HERE / "SHA256SUMS").write_text(f"{hashlib.sha256(packed).hexdigest()}  {OUTPUT}\n")
    print(f"{OUTPUT}: {csv.count(10) - 1} rows, {len(packed)} bytes")


if __name__ == "__main__":
    main("--check" in sys.argv[1:])
