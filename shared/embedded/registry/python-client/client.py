"""What a program with confluent-kafka does with a registry: argument 1 is its URL; writes what it saw as JSON."""

import json
import sys

from confluent_kafka.schema_registry import Schema, SchemaReference, SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.schema_registry.json_schema import JSONDeserializer, JSONSerializer
from confluent_kafka.schema_registry.protobuf import ProtobufDeserializer, ProtobufSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

if len(sys.argv) < 2:
    sys.exit(0)  # Everything that is needed can be imported.

client = SchemaRegistryClient({"url": sys.argv[1]})
seen = {}


def there_and_back(topic, serializer, deserializer, value):
    context = SerializationContext(topic, MessageField.VALUE)
    return deserializer(serializer(value, context), context)


def avro_record(name, *fields):
    return json.dumps({"type": "record", "name": name, "fields": [{"name": "id", "type": "string"}, *fields]})


# Avro, with a type of another subject.
client.register_schema("gates", Schema(avro_record("Gate"), "AVRO"))
flight = Schema(
    avro_record("Flight", {"name": "gate", "type": "Gate"}), "AVRO", [SchemaReference("Gate", "gates", 1)]
)
seen["avro"] = there_and_back(
    "flights", AvroSerializer(client, flight), AvroDeserializer(client), {"id": "UA1", "gate": {"id": "A4"}}
)
seen["avroVersion"] = client.get_latest_version("flights-value").schema.references[0].name

# JSON Schema.
weather = json.dumps({"title": "Weather", "type": "object", "properties": {"wind": {"type": "number"}}})
seen["json"] = there_and_back(
    "weather", JSONSerializer(weather, client), JSONDeserializer(None, schema_registry_client=client), {"wind": 7.5}
)
seen["jsonType"] = client.get_latest_version("weather-value").schema.schema_type

# Protobuf: a file that imports another one.
pool = descriptor_pool.DescriptorPool()
text = descriptor_pb2.FieldDescriptorProto.TYPE_STRING
for name, message, imports in [("gate.proto", "Gate", []), ("flight.proto", "Flight", ["gate.proto"])]:
    file = descriptor_pb2.FileDescriptorProto(name=name, package="airport", syntax="proto3", dependency=imports)
    described = file.message_type.add(name=message)
    described.field.add(name="id", number=1, label=1, type=text)
    if imports:
        described.field.add(name="gate", number=2, label=1, type=11, type_name=".airport.Gate")
    pool.Add(file)
Flight = message_factory.GetMessageClass(pool.FindMessageTypeByName("airport.Flight"))
Gate = message_factory.GetMessageClass(pool.FindMessageTypeByName("airport.Gate"))
back = there_and_back(
    "arrivals",
    ProtobufSerializer(Flight, client),
    ProtobufDeserializer(Flight, {}, schema_registry_client=client),
    Flight(id="UA2", gate=Gate(id="B7")),
)
seen["protobuf"] = [back.id, back.gate.id]
seen["protobufReferences"] = [r.subject for r in client.get_latest_version("arrivals-value").schema.references]

# Administration.
seen["subjects"] = sorted(client.get_subjects())
seen["level"] = client.set_compatibility("gates", "FULL")["compatibility"]
broken = Schema(avro_record("Gate", {"name": "n", "type": "int"}), "AVRO")
seen["compatible"] = client.test_compatibility("gates", broken)
try:
    client.register_schema("gates", broken)
except SchemaRegistryError as error:
    seen["refused"] = [error.http_status_code, error.error_code]
try:
    client.delete_version("gates", 1)
except SchemaRegistryError as error:
    seen["referenced"] = [error.http_status_code, error.error_code]
seen["versions"] = client.get_versions("gates")
client.delete_subject("weather-value")
seen["deleted"] = client.delete_subject("weather-value", permanent=True)
try:
    client.get_versions("weather-value")
except SchemaRegistryError as error:
    seen["gone"] = [error.http_status_code, error.error_code]
json.dump(seen, sys.stdout)
