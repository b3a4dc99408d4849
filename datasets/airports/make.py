"""Makes airports.csv and outline.csv, what the map of routes is drawn from. Python's standard library is enough.

    npm pack vega-datasets@2.11.0 us-atlas@3.0.1 --pack-destination SOURCES
    python make.py SOURCES            writes both files and SHA256SUMS beside this file
    python make.py SOURCES --check    writes nothing; fails if a committed file differs from what it would write

README.md says where it comes from.
"""

import csv
import gzip
import hashlib
import io
import json
import math
import sys
import tarfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
FLIGHTS = HERE.parent / "nycflights" / "flights-2013-q4.csv.gz"

# The two files of the packages, as they were when this was written.
AIRPORTS = ("vega-datasets-2.11.0.tgz", "airports.csv", "903c7169e6d558eefb95295fe2947ec8503135fbb855ea5c737cf4a90ea603ad")
ATLAS = ("us-atlas-3.0.1.tgz", "nation-10m.json", "8ca8af2285b3c25268850d49adbe15de186d388dd20340ccbac72f83e35b6fe8")

# Of the outline's points those are left out that lie nearer to the line without them, in degrees.
FINENESS = 0.12
# Longer stretches get points in between: the border on the 49th parallel is no straight line on a map.
LONGEST = 3
# Smaller islands are left out, in square degrees.
SMALLEST = 0.15


def read(sources: Path, archive: str, name: str, sha256: str) -> bytes:
    with tarfile.open(sources / archive) as packed:
        [member] = [one for one in packed.getmembers() if one.name.endswith(f"/{name}")]
        found = packed.extractfile(member).read()
    if hashlib.sha256(found).hexdigest() != sha256:
        raise SystemExit(f"reading {name} of {archive}: its SHA-256 is {hashlib.sha256(found).hexdigest()}, not {sha256}")
    return found


def airports(sources: Path) -> list[tuple]:
    """The airports of the flights: code, city, and where they are, to a thousandth of a degree: a hundred metres."""
    with gzip.open(FLIGHTS, "rt", encoding="utf-8") as flights:
        codes = {code for row in csv.DictReader(flights) for code in (row["origin"], row["dest"])}
    listed = csv.DictReader(io.StringIO(read(sources, *AIRPORTS).decode()))
    known = {row["iata"]: (row["city"], float(row["latitude"]), float(row["longitude"])) for row in listed}
    return [(code, city, f"{lat:.3f}", f"{lon:.3f}") for code in sorted(codes) for city, lat, lon in [known[code]]]


def outline(sources: Path) -> list[tuple]:
    """The land of the 48 contiguous states: the rings of a coarse outline, point by point."""
    atlas = json.loads(read(sources, *ATLAS))
    scale, move = atlas["transform"]["scale"], atlas["transform"]["translate"]

    def arc(index: int) -> list[tuple[float, float]]:
        x = y = 0
        points = []
        for dx, dy in atlas["arcs"][index if index >= 0 else ~index]:
            x, y = x + dx, y + dy
            points.append((x * scale[0] + move[0], y * scale[1] + move[1]))
        return points if index >= 0 else points[::-1]

    rings = []
    for geometry in atlas["objects"]["nation"]["geometries"]:
        for polygon in geometry["arcs"]:
            ring = [point for index in polygon[0] for point in arc(index)]
            contiguous = all(-125 < x < -66 and 24 < y < 50 for x, y in ring)
            if contiguous and area(ring) >= SMALLEST:
                rings.append(divided(simplified(ring)))
    rings.sort(key=area, reverse=True)
    return [(number, f"{y:.2f}", f"{x:.2f}") for number, ring in enumerate(rings, 1) for x, y in ring]


def area(ring: list[tuple[float, float]]) -> float:
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:] + ring[:1]))) / 2


def simplified(line: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Ramer's and Douglas and Peucker's way, without recursion; a ring is cut at its first point."""
    keep = {0, len(line) // 2, len(line) - 1}
    spans = [(0, len(line) // 2), (len(line) // 2, len(line) - 1)]
    while spans:
        first, last = spans.pop()
        inner = [(distance(line[at], line[first], line[last]), at) for at in range(first + 1, last)]
        if not inner or max(inner)[0] <= FINENESS:
            continue
        _, at = max(inner)
        keep.add(at)
        spans += [(first, at), (at, last)]
    return [line[at] for at in sorted(keep)]


def divided(line: list[tuple[float, float]]) -> list[tuple[float, float]]:
    points = line[:1]
    for a, b in zip(line, line[1:]):
        steps = math.ceil(math.dist(a, b) / LONGEST)
        points += [(a[0] + (b[0] - a[0]) * step / steps, a[1] + (b[1] - a[1]) * step / steps) for step in range(1, steps + 1)]
    return points


def distance(point: tuple, a: tuple, b: tuple) -> float:
    """From a point to the stretch between two others."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    along = 0 if length == 0 else max(0, min(1, ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / length))
    return math.hypot(point[0] - a[0] - along * dx, point[1] - a[1] - along * dy)


def to_csv(header: str, rows: list[tuple]) -> bytes:
    return "".join(f"{line}\n" for line in [header, *(",".join(map(str, row)) for row in rows)]).encode()


def main(sources: Path, check: bool) -> None:
    files = {
        "airports.csv": to_csv("code,city,latitude,longitude", airports(sources)),
        "outline.csv": to_csv("ring,latitude,longitude", outline(sources)),
    }
    for name, data in files.items():
        if not check:
            (HERE / name).write_bytes(data)
        elif (HERE / name).read_bytes() != data:
            raise SystemExit(f"{name}: it is not what make.py makes; run make.py")
        print(f"{name}: {data.count(10) - 1} rows")
    if not check:
        sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in files.items())
        (HERE / "SHA256SUMS").write_text(sums)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), "--check" in sys.argv[2:])
