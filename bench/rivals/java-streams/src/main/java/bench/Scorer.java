package bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.internals.DefaultKafkaClientSupplier;

/** The job of bench/rivals/README.md in Kafka Streams: one thread, its defaults, but what is told here. */
public final class Scorer {
  private Scorer() {}

  private static String given(String name) {
    return System.getenv().get("BENCH_" + name);
  }

  public static void main(String[] args) throws Exception {
    Path schemas = Path.of(given("SCHEMAS"));
    Schema scoreSchema = new Schema.Parser().parse(Files.readString(schemas.resolve("score.avsc")));
    Schema paymentSchema = new Schema.Parser().parse(Files.readString(schemas.resolve("payment.avsc")));
    Serde<GenericRecord> payments = Codec.serde(schemas.resolve("payment.avsc"), 1);
    Serde<GenericRecord> scores = Codec.serde(schemas.resolve("score.avsc"), 2);
    Model model = new Model(given("MODEL"), paymentSchema.getFields().size() - 1);
    Progress progress = new Progress(Long.parseLong(given("RECORDS")), Long.parseLong(given("WARM_UP")));

    StreamsBuilder builder = new StreamsBuilder();
    builder
        .stream(given("INPUT_TOPIC"), Consumed.with(Serdes.String(), payments))
        .mapValues(payment -> Codec.score(scoreSchema, payment.get(0), model.score(payment)))
        .to(given("OUTPUT_TOPIC"), Produced.with(Serdes.String(), scores));

    KafkaStreams streams = new KafkaStreams(builder.build(), settings(), new Counting(progress));
    streams.setUncaughtExceptionHandler(
        error -> {
          error.printStackTrace();
          Runtime.getRuntime().halt(1);
          return null;
        });
    streams.start();
    progress.await();
    // It flushes and commits.
    streams.close();
    progress.end();
    System.exit(0);
  }

  private static Properties settings() {
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, given("GROUP"));
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, given("BROKERS"));
    settings.put(StreamsConfig.STATE_DIR_CONFIG, System.getProperty("java.io.tmpdir") + "/" + given("GROUP"));
    boolean exactlyOnce = "exactly_once".equals(given("GUARANTEE"));
    settings.put(
        StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
        exactlyOnce ? StreamsConfig.EXACTLY_ONCE_V2 : StreamsConfig.AT_LEAST_ONCE);
    // Its own default is 100 ms.
    if (given("LINGER_MS") != null) settings.put(StreamsConfig.producerPrefix("linger.ms"), given("LINGER_MS"));
    if (given("COMMIT_MS") != null) settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, given("COMMIT_MS"));
    return settings;
  }

  /** Its producers tell of what the broker has acknowledged. */
  private static final class Counting extends DefaultKafkaClientSupplier {
    private final Progress progress;

    Counting(Progress progress) {
      this.progress = progress;
    }

    @Override
    public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
      return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer()) {
        @Override
        public java.util.concurrent.Future<RecordMetadata> send(
            ProducerRecord<byte[], byte[]> record, Callback callback) {
          return super.send(
              record,
              (metadata, error) -> {
                if (error == null) progress.acknowledged();
                if (callback != null) callback.onCompletion(metadata, error);
              });
        }
      };
    }
  }
}
