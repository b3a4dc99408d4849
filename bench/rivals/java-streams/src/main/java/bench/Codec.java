package bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/** Avro in Confluent's wire format, as KafkaAvroSerializer has it: a zero, the schema's id, the record. One thread's. */
final class Codec {
  private static final int HEADER_BYTES = 5;

  private Codec() {}

  static Serde<GenericRecord> serde(Path schemaFile, int id) {
    Schema schema;
    try {
      schema = new Schema.Parser().parse(Files.readString(schemaFile));
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
    GenericDatumReader<GenericRecord> reader = new GenericDatumReader<>(schema);
    GenericDatumWriter<GenericRecord> writer = new GenericDatumWriter<>(schema);
    BinaryDecoder[] decoder = new BinaryDecoder[1];
    BinaryEncoder[] encoder = new BinaryEncoder[1];
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
    return Serdes.serdeFrom(
        (topic, record) -> {
          bytes.reset();
          for (int shift = 32; shift >= 0; shift -= 8) bytes.write(shift == 32 ? 0 : id >>> shift);
          encoder[0] = EncoderFactory.get().directBinaryEncoder(bytes, encoder[0]);
          try {
            writer.write(record, encoder[0]);
          } catch (IOException error) {
            throw new UncheckedIOException(error);
          }
          return bytes.toByteArray();
        },
        (topic, value) -> {
          decoder[0] =
              DecoderFactory.get().binaryDecoder(value, HEADER_BYTES, value.length - HEADER_BYTES, decoder[0]);
          try {
            return reader.read(null, decoder[0]);
          } catch (IOException error) {
            throw new UncheckedIOException(error);
          }
        });
  }

  static GenericRecord score(Schema schema, Object id, double score) {
    GenericRecord record = new GenericData.Record(schema);
    record.put(0, id);
    record.put(1, score);
    record.put(2, "1");
    return record;
  }
}
