"""The clients of the latency figure of bench/cases/broker.ts, on librdkafka; the clock is the machine's, the same for both.

python3 librdkafka.py produce HOST:PORT TOPIC RECORDS RATE
python3 librdkafka.py consume HOST:PORT TOPIC RECORDS
"""

import json
import struct
import sys
import time

from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition

role, address, topic, records = sys.argv[1:4] + [int(sys.argv[4])]
common = {"bootstrap.servers": address, "socket.nagle.disable": True}


def produce(rate: int) -> None:
    failures = []
    producer = Producer({**common, "linger.ms": 0, "acks": "all"})
    producer.list_topics(topic)
    started = time.monotonic_ns()
    for i in range(records):
        due = started + i * 1_000_000_000 // rate
        while (left := due - time.monotonic_ns()) > 0:
            time.sleep(left / 1e9)
        stamp = struct.pack("q", time.monotonic_ns())
        producer.produce(topic, stamp + bytes(92), on_delivery=lambda error, _: error and failures.append(error))
        producer.poll(0)
    producer.flush()
    if failures:
        sys.exit(f"{len(failures)} records were refused, the first with {failures[0]}")


def consume() -> None:
    consumer = Consumer({**common, "group.id": "latency", "enable.auto.commit": False})
    consumer.assign([TopicPartition(topic, 0, OFFSET_BEGINNING)])
    print(json.dumps({"is": "begin"}), flush=True)
    latencies = []
    while len(latencies) < records:
        message = consumer.poll(10)
        if message is None or message.error():
            sys.exit(f"{len(latencies)} of {records} records came, then {message and message.error()}")
        latencies.append(time.monotonic_ns() - struct.unpack("q", message.value()[:8])[0])
    consumer.close()
    # The first fifth warms connections and code up.
    steady = sorted(latencies[records // 5 :])
    at = {name: steady[int(share * (len(steady) - 1))] / 1e6 for name, share in [("p50", 0.5), ("p99", 0.99), ("most", 1)]}
    print(json.dumps({"is": "end", **at}), flush=True)


if role == "produce":
    produce(int(sys.argv[5]))
else:
    consume()
