"""The job of bench/rivals/README.md in Quix Streams: its defaults, but what is told here."""

import io
import json
import os
import struct
import time

import fastavro
import numpy
import onnxruntime
from quixstreams import Application
from quixstreams.models import Deserializer, Serializer

given = {name[len("BENCH_") :]: value for name, value in os.environ.items() if name.startswith("BENCH_")}
records, warm_up = int(given["RECORDS"]), int(given["WARM_UP"])


def schema(name: str):
    with open(f"{given['SCHEMAS']}/{name}.avsc", encoding="utf-8") as file:
        return fastavro.parse_schema(json.load(file))


payment_schema, score_schema = schema("payment"), schema("score")
columns = [field["name"] for field in payment_schema["fields"][1:]]


class Payments(Deserializer):
    def __call__(self, value: bytes, ctx):
        return fastavro.schemaless_reader(io.BytesIO(memoryview(value)[5:]), payment_schema)


class Scores(Serializer):
    header = struct.pack(">bI", 0, 2)

    def __call__(self, value, ctx) -> bytes:
        buffer = io.BytesIO()
        buffer.write(self.header)
        fastavro.schemaless_writer(buffer, score_schema, value)
        return buffer.getvalue()


class Progress:
    """Counts records that are through, and says what the contract wants said."""

    done = 0
    measured = None

    def add(self, *_) -> None:
        self.done += 1
        if self.done == 1:
            print('{"is":"begin"}', flush=True)
        if self.measured is None and self.done >= warm_up:
            self.measured = self.done, time.monotonic(), time.process_time()

    def end(self) -> None:
        done, started, cpu = self.measured
        said = {
            "is": "end",
            "amount": self.done - done,
            "seconds": time.monotonic() - started,
            "cpuSeconds": time.process_time() - cpu,
            "megabytes": resident_megabytes(),
        }
        print(json.dumps(said), flush=True)


def resident_megabytes() -> float:
    with open("/proc/self/status", encoding="ascii") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmRSS:"))


options = onnxruntime.SessionOptions()
options.intra_op_num_threads = options.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(given["MODEL"], options, providers=["CPUExecutionProvider"])
input_name = session.get_inputs()[0].name


def score(payment) -> dict:
    row = numpy.array([[payment[name] for name in columns]], dtype=numpy.float32)
    [[[result]]] = session.run(None, {input_name: row})
    return {"id": payment["id"], "score": float(result), "modelVersion": "1"}


progress = Progress()
app = Application(
    broker_address=given["BROKERS"],
    consumer_group=given["GROUP"],
    auto_offset_reset="earliest",
    auto_create_topics=False,
    processing_guarantee=given["GUARANTEE"].replace("_", "-"),
    on_message_processed=progress.add,
    loglevel="ERROR",
)
source = app.topic(given["INPUT_TOPIC"], value_deserializer=Payments())
target = app.topic(given["OUTPUT_TOPIC"], value_serializer=Scores())
app.dataframe(source).apply(score).to_topic(target)
if records == 0:
    app.run()
else:
    # It commits when it stops.
    app.run(count=records, collect=False)
    progress.end()
