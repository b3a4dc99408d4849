"""A simulated radio access network: what each cell reports for each window of five minutes, and six kinds of faults.

Everything here is made up. The shapes follow what is published, the numbers are round ones of the right order:

- That cells fall into residential, office, transport and entertainment ones by their daily and weekly traffic: Wang et al., "Understanding
  Mobile Traffic Patterns of Large Scale Cellular Towers in Urban Environment", IMC 2015.
- Throughput of a user = capacity x (1 - utilization): Bonald and Proutiere, "Wireless Downlink Data Channels: User Performance and Cell
  Dimensioning", MobiCom 2003. Delay as utilization / (1 - utilization): any text on queues, M/M/1.
- Spectral efficiency as a share of Shannon's log2(1 + SINR): Mogensen et al., "LTE Capacity Compared to the Shannon Bound", VTC Spring 2007.

How a cell's window comes about, all of it per cell c and window t:

    activity       a(type, day, hour + the cell's own shift): bumps over the hours, other ones on weekdays, Saturdays and Sundays
    users          busyHourUsers x the plan's error x a x day x slow noise; leisure cells have events (a match, a concert) on top
    neighbours     load of the cells around, of this type and another one; their interference rises with it
    interference   thermal noise x (1 + 9 x neighbours^1.3), in dBm
    SINR           the cell's own - 0.6 dB for each dB of interference above thermal noise
    capacity       bandwidth x 0.55 x log2(1 + SINR)
    carried        demand, bounded softly by the capacity and by the backhaul: x / (1 + x^4)^(1/4)
    PRB            share of the radio's resource blocks in use: carried / capacity, and 6 % for signalling
    throughput     of a user: capacity x (1 - PRB), never above what a device takes, never below a share among the users
    latency        the way to the core + a queue in the radio + one in the backhaul, each u / (1 - u)
    set-ups        Poisson; they fail when PRB nears 100 % (admission) and with a poor SINR
    drops          binomial; rise as the SINR falls, with mobility, and with handovers that fail
    handovers      Poisson of users x mobility; they fail with a poor SINR and when neighbours are full

A fault changes this process, never the reported numbers alone. FAULTS says how. What it does not have: see README.md.

All draws come from one numpy Generator, in a fixed order; numbers are rounded as a counter would be, so that the last bits of a machine's
exp() and log() do not show.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

WINDOW_MINUTES = 5
WINDOWS_A_DAY = 24 * 60 // WINDOW_MINUTES
TYPES = ["business", "residential", "leisure", "transport"]
CONTEXT = ["cellType", "bandwidthMhz", "busyHourUsers", "dayOfWeek", "minuteOfDay"]
DECIMALS = {
    "connectedUsers": 1, "trafficMegabytes": 1, "prbUtilization": 1, "userThroughput": 2, "latency": 1, "interference": 1,
    "sessionSetups": 0, "setupFailures": 0, "droppedSessions": 0, "handovers": 0, "handoverFailures": 0,
}  # fmt: skip
KPIS = list(DECIMALS)
COLUMNS = ["id", "eventTime", "windowStart", "cellId", *CONTEXT, *KPIS, "fault", "incident"]

# (hour, width in hours, height) of each bump, over a floor; weekday, Saturday, Sunday.
BUMPS = {
    "business": (0.05, [(10.5, 1.8, 0.75), (14.8, 2.0, 0.85), (18.0, 1.5, 0.25)], [(13.0, 3.0, 0.20)], [(14.0, 3.0, 0.12)]),
    "residential": (
        0.10,
        [(7.5, 1.0, 0.30), (12.5, 2.5, 0.30), (20.5, 2.3, 0.90)],
        [(11.5, 2.5, 0.50), (20.5, 2.8, 0.80)],
        [(11.5, 3.0, 0.55), (20.0, 2.6, 0.95)],
    ),
    "leisure": (
        0.05,
        [(12.8, 1.2, 0.35), (20.0, 2.2, 0.55)],
        [(15.0, 2.5, 0.50), (21.5, 2.8, 0.95)],
        [(14.5, 2.8, 0.65), (19.0, 2.0, 0.40)],
    ),
    "transport": (
        0.04,
        [(7.8, 0.9, 0.95), (12.5, 3.0, 0.35), (17.4, 1.3, 1.00)],
        [(13.0, 3.5, 0.50), (18.0, 2.0, 0.20)],
        [(16.5, 3.0, 0.55)],
    ),
}
MEGABITS_A_USER = {"business": 0.09, "residential": 0.13, "leisure": 0.11, "transport": 0.08}
MOBILITY = {"business": 0.15, "residential": 0.10, "leisure": 0.20, "transport": 0.50}
THERMAL_DBM = -117.0
DEVICE_MEGABITS = 60.0


@dataclass(frozen=True)
class Fault:
    """A kind of fault: how long it lasts, and whether one KPI is meant to show it by its value alone, or only their company."""

    hours: tuple[float, float]
    one_kpi_shows: bool
    text: str


FAULTS = {
    "sleepingCell": Fault((2, 8), False, "no new users get in: users fall to 8 to 35 % with a time constant of 15 minutes, by day"),
    "neighbourOutage": Fault(
        (1.5, 6), False,
        "a neighbour is out: users x 1.35 to 1.9, of whom the new ones are at the edge (SINR -1.5 to -4 dB), neighbours' load x 0.2 to 0.5, "
        "handovers x 0.4 to 0.7, 1 to 5 % more of them fail",
    ),
    "backhaulDegradation": Fault((2, 8), False, "the line to the core carries 12 to 45 % of 2 Mbit/s per MHz, and is 1 to 4 ms slower"),
    "externalInterference": Fault((1, 5), True, "a foreign transmitter: interference +5 to +12 dB, and what follows from it"),
    "clockShift": Fault((12, 24), False, "users, demand and neighbours are those of another hour, 3 to 9 hours before or after"),
    "slowDrift": Fault(
        (24, 44), False, "water in the feeder: SINR falls by 4 to 8 dB in even steps over nine tenths of the time, received interference with it"
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Effects:
    """What the faults do to the process, as arrays [cells, windows]; the neutral element where there is none."""

    users: np.ndarray
    sinr_loss: np.ndarray
    feeder_loss: np.ndarray
    neighbours: np.ndarray
    handovers: np.ndarray
    handover_failure: np.ndarray
    backhaul: np.ndarray
    backhaul_delay: np.ndarray
    interference: np.ndarray
    shift_hours: np.ndarray

    @staticmethod
    def none(shape: tuple[int, int]) -> "Effects":
        one, zero = (lambda: np.ones(shape)), (lambda: np.zeros(shape))
        return Effects(one(), zero(), zero(), one(), one(), zero(), np.full(shape, 10.0), zero(), zero(), zero())


def activity(cell_type: str, day: np.ndarray, hour: np.ndarray) -> np.ndarray:
    """Activity around 0 to 1 of a cell type; day 0 = Monday, hour in [0, 24); bumps wrap round midnight."""
    floor, *shapes = BUMPS[cell_type]
    total = np.full(hour.shape, floor)
    for which, bumps in zip((day < 5, day == 5, day == 6), shapes, strict=True):
        for centre, width, height in bumps:
            apart = (hour - centre + 12) % 24 - 12
            total += which * height * np.exp(-0.5 * (apart / width) ** 2)
    return total


def wander(rng: np.random.Generator, shape: tuple[int, int], deviation: float, hours: float) -> np.ndarray:
    """exp of an autoregressive process of order one: multiplicative noise that lasts for some hours."""
    keep = 1 - WINDOW_MINUTES / 60 / hours
    steps = rng.normal(0, deviation * np.sqrt(1 - keep**2), shape)
    state = rng.normal(0, deviation, shape[0])
    for window in range(shape[1]):
        state = keep * state + steps[:, window]
        steps[:, window] = state
    return np.exp(steps)


def incidents(rng: np.random.Generator, cells: int, days: int, per_kind: int) -> pd.DataFrame:
    """`per_kind` incidents of each kind, spread over the cells; two of one cell are 6 hours apart at least."""
    taken: list[list[tuple[int, int]]] = [[] for _ in range(cells)]
    order = rng.permutation(cells)
    gap, found = 72, []
    kinds = [kind for _ in range(per_kind) for kind in FAULTS]
    for number, kind in enumerate(sorted(kinds, key=lambda kind: -FAULTS[kind].hours[1])):
        cell = int(order[number % cells])
        length = int(rng.uniform(*FAULTS[kind].hours) * 60 / WINDOW_MINUTES)
        for _ in range(10_000):
            start = int(rng.integers(24, days * WINDOWS_A_DAY - length))
            # A cell that sleeps at night is no fault that anyone could see.
            by_day = kind != "sleepingCell" or 7 * 12 <= start % WINDOWS_A_DAY <= 20 * 12
            if by_day and all(start > end + gap or start + length + gap < begin for begin, end in taken[cell]):
                break
        else:
            raise SystemExit("placing the incidents: no room on a cell; fewer incidents or more days are needed")
        taken[cell].append((start, start + length))
        found.append((cell, kind, start, length))
    table = pd.DataFrame(found, columns=["cell", "kind", "start", "length"]).sort_values(["start", "cell"], ignore_index=True)
    return table.assign(incident=np.arange(1, len(table) + 1))


def effects_of(rng: np.random.Generator, table: pd.DataFrame, shape: tuple[int, int]) -> Effects:
    """What FAULTS says, incident by incident."""
    effects = Effects.none(shape)
    for cell, kind, start, length, _ in table.itertuples(index=False):
        where = (cell, slice(start, start + length))
        minutes = np.arange(length) * WINDOW_MINUTES
        ramp = np.minimum(1, (minutes + WINDOW_MINUTES) / 10)
        if kind == "sleepingCell":
            left = rng.uniform(0.08, 0.35)
            effects.users[where] = left + (1 - left) * np.exp(-(minutes + WINDOW_MINUTES) / 15)
        elif kind == "neighbourOutage":
            effects.users[where] = 1 + ramp * rng.uniform(0.35, 0.9)
            effects.sinr_loss[where] = ramp * rng.uniform(1.5, 4)
            effects.neighbours[where] = rng.uniform(0.2, 0.5)
            effects.handovers[where] = rng.uniform(0.4, 0.7)
            effects.handover_failure[where] = rng.uniform(0.01, 0.05)
        elif kind == "backhaulDegradation":
            effects.backhaul[where] = 2 * rng.uniform(0.12, 0.45)
            effects.backhaul_delay[where] = rng.uniform(1, 4)
        elif kind == "externalInterference":
            effects.interference[where] = rng.uniform(5, 12)
        elif kind == "clockShift":
            effects.shift_hours[where] = rng.uniform(3, 9) * (1 if rng.random() < 0.5 else -1)
        else:
            effects.feeder_loss[where] = rng.uniform(4, 8) * np.minimum(1, np.arange(length) / (0.9 * length))
    return effects


def events(rng: np.random.Generator, cell_types: list[str], days: np.ndarray) -> np.ndarray:
    """Factor on the users of leisure cells: on some Wednesdays, Saturdays and Sundays two to three hours of a crowd."""
    factor = np.ones((len(cell_types), len(days) * WINDOWS_A_DAY))
    hours = np.arange(factor.shape[1]) * WINDOW_MINUTES / 60
    for cell, kind in enumerate(cell_types):
        for day, weekday in enumerate(days):
            happens, begins, lasts, crowd = rng.random(), rng.uniform(14, 20), rng.uniform(2, 3), rng.uniform(1, 2.2)
            if kind == "leisure" and happens < {2: 0.35, 5: 0.5, 6: 0.4}.get(int(weekday), 0):
                inside = np.minimum(hours - 24 * day - begins, 24 * day + begins + lasts - hours)
                factor[cell] += crowd * 0.5 * (1 + np.tanh(inside / 0.3))
    return factor


def simulate(seed: int, cells: int, first_day: str, days: int, incidents_per_kind: int = 0, prefix: str = "cell") -> pd.DataFrame:
    """The rows of `cells` new cells over `days` days from `first_day` (ISO date), COLUMNS in order, by eventTime and cell."""
    rng = np.random.default_rng(seed)
    shape = (cells, days * WINDOWS_A_DAY)
    start = pd.Timestamp(first_day, tz="UTC")
    types = [TYPES[cell % len(TYPES)] for cell in range(cells)]

    def each(draw: np.ndarray) -> np.ndarray:
        return draw[:, np.newaxis]

    # What a cell is.
    bandwidth = each(rng.choice([5.0, 10.0, 15.0, 20.0], cells, p=[0.15, 0.4, 0.2, 0.25]))
    planned = np.round(6.5 * bandwidth * np.exp(each(rng.normal(0, 0.30, cells))))
    size = planned * np.exp(each(rng.normal(0, 0.12, cells)))
    own_shift = each(rng.normal(0, 0.35, cells))
    own_sinr = each(rng.normal(13, 1.2, cells))
    own_noise = each(rng.normal(0, 0.7, cells))
    to_core = each(rng.uniform(14, 20, cells))
    own_demand = np.exp(each(rng.normal(0, 0.15, cells)))
    other_type = rng.integers(1, len(TYPES), cells)
    weekend_share = np.exp(each(rng.normal(0, 0.10, cells)))

    table = incidents(rng, cells, days, incidents_per_kind)
    effects = effects_of(rng, table, shape)

    # Who is there.
    hours = start.day_of_week * 24 + np.arange(shape[1]) * WINDOW_MINUTES / 60 + effects.shift_hours + own_shift
    day, hour = (hours // 24 % 7).astype(int), hours % 24
    own = np.stack([activity(kind, day[cell], hour[cell]) for cell, kind in enumerate(types)])
    around = np.stack([activity(TYPES[(cell + other_type[cell]) % len(TYPES)], day[cell], hour[cell]) for cell in range(cells)])
    own = np.where(day >= 5, own * weekend_share, own)
    each_day = np.repeat(np.exp(rng.normal(0, 0.06, (cells, days))), WINDOWS_A_DAY, axis=1)
    crowd = events(rng, types, (start.day_of_week + np.arange(days)) % 7)
    users = size * own * each_day * crowd * effects.users * wander(rng, shape, 0.12, 1.5)
    users *= np.exp(rng.normal(0, 0.04, shape))
    neighbours = 0.75 * (0.6 * own + 0.4 * around) * wander(rng, shape, 0.15, 2) * effects.neighbours
    neighbours = neighbours / (1 + neighbours**6) ** (1 / 6)
    evening = np.exp(-0.5 * (((hour - 21 + 12) % 24 - 12) / 3) ** 2)
    demand = users * own_demand * each(np.array([MEGABITS_A_USER[kind] for kind in types])) * (1 + 0.5 * evening)
    demand *= wander(rng, shape, 0.12, 0.75)
    rush = np.exp(-0.5 * ((hour - 7.8) / 1.2) ** 2) + np.exp(-0.5 * ((hour - 17.4) / 1.5) ** 2)
    mobility = each(np.array([MOBILITY[kind] for kind in types])) * (1 + 0.6 * rush * (day < 5))
    mobility *= wander(rng, shape, 0.10, 1)

    # The radio.
    received = 9 * neighbours**1.3 * 10 ** (-effects.feeder_loss / 10)
    over_thermal = 10 * np.log10(1 + received) + effects.interference
    sinr = own_sinr - 0.6 * over_thermal - effects.sinr_loss - effects.feeder_loss
    sinr += rng.normal(0, 0.25, shape)
    capacity = bandwidth * 0.55 * np.log2(1 + 10 ** (sinr / 10))
    backhaul = bandwidth * effects.backhaul
    offered = demand / capacity
    carried = capacity * offered / (1 + offered**4) ** 0.25
    in_line = carried / backhaul
    carried = backhaul * in_line / (1 + in_line**4) ** 0.25
    busy, in_line = 0.06 + 0.93 * carried / capacity, carried / backhaul
    share = 1 / (1 + 0.3 * users)
    throughput = 1 / (1 / DEVICE_MEGABITS + 1 / (capacity * (1 - busy + share)) + 1 / (backhaul * (1 - in_line + share)))
    latency = to_core + effects.backhaul_delay + 4 * busy / (1.04 - busy) + 4 * in_line / (1.04 - in_line)

    # Who gets in, stays in, moves on.
    def rate(probability: np.ndarray) -> np.ndarray:
        return np.minimum(0.9, probability * np.exp(rng.normal(0, 0.15, shape)))

    setups = rng.poisson(users * 8 * np.exp(rng.normal(0, 0.05, shape)))
    poor = np.exp(0.18 * (8 - sinr))
    setup_failures = rng.binomial(setups, rate(0.003 * poor + 0.12 / (1 + np.exp(-(busy - 0.95) / 0.02))))
    handovers = rng.poisson(users * mobility * 6 * effects.handovers)
    no_handover = 0.012 * poor + 0.06 * neighbours**6 + effects.handover_failure
    handover_failures = rng.binomial(handovers, rate(no_handover))
    drops = rng.binomial(setups, rate(0.003 * poor * (1 + 1.2 * mobility) + 0.1 * mobility * no_handover))

    def measured(values: np.ndarray, deviation: float) -> np.ndarray:
        return values * np.exp(rng.normal(0, deviation, shape))

    reported = {
        "connectedUsers": users,
        "trafficMegabytes": measured(carried * WINDOW_MINUTES * 60 / 8, 0.01),
        "prbUtilization": np.minimum(100, measured(100 * busy, 0.01)),
        "userThroughput": measured(throughput, 0.04),
        "latency": measured(latency, 0.025),
        "interference": THERMAL_DBM + own_noise + over_thermal + rng.normal(0, 0.3, shape),
        "sessionSetups": setups,
        "setupFailures": setup_failures,
        "droppedSessions": drops,
        "handovers": handovers,
        "handoverFailures": handover_failures,
    }
    return rows_of(start, types, bandwidth, planned, reported, table, prefix)


def rows_of(start, types, bandwidth, planned, reported, table, prefix) -> pd.DataFrame:
    """Arrays [cells, windows] as rows, by window and then cell."""
    cells, windows = reported["connectedUsers"].shape
    fault, incident = np.full((cells, windows), "", dtype=object), np.zeros((cells, windows), int)
    for cell, kind, begin, length, number in table.itertuples(index=False):
        fault[cell, begin : begin + length], incident[cell, begin : begin + length] = kind, number
    cell, window = np.tile(np.arange(cells), windows), np.repeat(np.arange(windows), cells)
    window_start = start + pd.to_timedelta(window * WINDOW_MINUTES, unit="min")
    cell_id = np.array([f"{prefix}-{number + 1:03d}" for number in range(cells)])[cell]
    rows = pd.DataFrame({
        "id": pd.Series(cell_id) + "-" + pd.Series(window_start).dt.strftime("%Y%m%dT%H%M"),
        "eventTime": window_start + pd.Timedelta(minutes=WINDOW_MINUTES),
        "windowStart": window_start,
        "cellId": cell_id,
        "cellType": np.array(types)[cell],
        "bandwidthMhz": bandwidth[cell, 0].astype(int),
        "busyHourUsers": planned[cell, 0].astype(int),
        "dayOfWeek": window_start.day_of_week + 1,
        "minuteOfDay": window_start.hour * 60 + window_start.minute,
    })  # fmt: skip
    for name, values in reported.items():
        rounded = np.round(values.T.ravel(), DECIMALS[name])
        rows[name] = rounded.astype(int) if DECIMALS[name] == 0 else rounded
    rows["fault"], rows["incident"] = fault.T.ravel(), incident.T.ravel()
    assert list(rows.columns) == COLUMNS
    return rows
