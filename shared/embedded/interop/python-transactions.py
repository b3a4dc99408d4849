"""Copies a topic in transactions, with the offsets read, and says what was seen: one line of JSON."""

import json
import sys

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

servers = {"bootstrap.servers": sys.argv[1]}


def read_all(topic, isolation):
    consumer = Consumer({**servers, "group.id": f"{topic}-{isolation}", "auto.offset.reset": "earliest",
                         "isolation.level": isolation, "enable.partition.eof": True})
    consumer.assign([TopicPartition(topic, 0, 0)])
    values = []
    while True:
        message = consumer.poll(20)
        if message is None or message.error() is not None:
            break
        values.append(message.value().decode())
    consumer.close()
    return values


plain = Producer(servers)
for number in range(20):
    plain.produce("input", str(number), partition=0)
plain.flush(20)

consumer = Consumer({**servers, "group.id": "copier", "auto.offset.reset": "earliest", "enable.auto.commit": False,
                     "partition.assignment.strategy": "cooperative-sticky"})
consumer.subscribe(["input"])
producer = Producer({**servers, "transactional.id": "copier"})
producer.init_transactions(20)


def copy(count, end):
    producer.begin_transaction()
    for _ in range(count):
        message = consumer.poll(20)
        assert message is not None and message.error() is None, message
        producer.produce("output", b"copy of " + message.value(), partition=0)
    positions = consumer.position(consumer.assignment())
    producer.send_offsets_to_transaction(positions, consumer.consumer_group_metadata(), 20)
    # What was not sent yet when a transaction is aborted, is not sent any more.
    producer.flush(20)
    end()


def committed():
    return consumer.committed([TopicPartition("input", 0)], timeout=20)[0].offset


copy(5, lambda: producer.commit_transaction(20))
after_commit = committed()
copy(5, lambda: producer.abort_transaction(20))
after_abort = committed()

# Whoever takes over the id shuts out the one before, in the middle of its transaction.
producer.begin_transaction()
producer.produce("output", "of the fenced producer", partition=0)
producer.flush(20)
successor = Producer({**servers, "transactional.id": "copier"})
successor.init_transactions(20)
try:
    producer.commit_transaction(20)
    fenced = False
except KafkaException as refused:
    fenced = refused.args[0].fatal()
successor.begin_transaction()
successor.produce("output", "of its successor", partition=0)
successor.commit_transaction(20)
consumer.close()

print(json.dumps({
    "afterCommit": after_commit,
    "afterAbort": after_abort,
    "fenced": fenced,
    "committed": read_all("output", "read_committed"),
    "uncommitted": len(read_all("output", "read_uncommitted")),
}))
