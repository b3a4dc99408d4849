package golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.BuiltInDslStoreSuppliers;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.ValueAndTimestamp;
import org.apache.kafka.streams.test.TestRecord;

/**
 * Recorder IN OUT: reads cases from IN (a case a line; topology, input and config are used), runs each with Kafka Streams'
 * own TopologyTestDriver and writes it to OUT with its output, stores and drops. Left out, with a line on stderr: what Kafka
 * refuses, and what comes out different with RocksDB and in-memory stores.
 */
public final class Recorder {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final KeySerde KEY = new KeySerde();
    private static final JsonSerde SERDE = new JsonSerde();

    private record Result(ArrayNode output, ObjectNode stores, long dropped, Map<String, Long> drops) {}

    public static void main(String[] args) throws Exception {
        DropLog.clear();
        boolean quick = Boolean.getBoolean("inMemoryOnly");
        try (BufferedWriter out = Files.newBufferedWriter(Path.of(args[1]))) {
            for (String line : Files.readAllLines(Path.of(args[0]))) {
                ObjectNode golden = (ObjectNode) JSON.readTree(line);
                try {
                    Result inMemory = run(golden, true);
                    Result rocksDb = quick ? inMemory : run(golden, false);
                    if (!inMemory.output.equals(rocksDb.output) || !inMemory.stores.equals(rocksDb.stores)) {
                        System.err.println(golden.get("name").textValue() + ": differs between RocksDB and in-memory stores");
                        continue;
                    }
                    golden.remove(List.of("output", "stores", "dropped", "drops"));
                    golden.set("output", inMemory.output);
                    golden.set("stores", inMemory.stores);
                    Map<String, Long> drops = new TreeMap<>(inMemory.drops);
                    if (inMemory.dropped == rocksDb.dropped) golden.put("dropped", inMemory.dropped);
                    else drops.remove("expired");
                    if (inMemory.drops.equals(rocksDb.drops) || !golden.has("dropped")) {
                        if (!drops.isEmpty()) golden.set("drops", JSON.valueToTree(drops));
                    }
                    out.write(JSON.writeValueAsString(golden));
                    out.newLine();
                } catch (Exception error) {
                    Throwable cause = error;
                    while (cause.getCause() != null) cause = cause.getCause();
                    System.err.println(golden.get("name").textValue() + ": " + cause);
                }
            }
        }
        System.exit(0);
    }

    private static Result run(JsonNode golden, boolean inMemory) throws Exception {
        CaseTopology built = new CaseTopology();
        Topology topology = built.build(golden.get("topology"));
        Path state = Files.createTempDirectory("recorder");
        DropLog.clear();
        try (TopologyTestDriver driver = new TopologyTestDriver(topology, config(golden, inMemory, state), Instant.ofEpochMilli(0))) {
            Map<String, TestOutputTopic<Object, Object>> outputs = new HashMap<>();
            Set<String> sinks = new LinkedHashSet<>();
            for (JsonNode node : golden.get("topology")) {
                if (node.get("op").textValue().equals("to")) sinks.add(node.get("topic").textValue());
            }
            for (String sink : sinks) outputs.put(sink, driver.createOutputTopic(sink, KEY.deserializer(), SERDE.deserializer()));
            Map<String, TestInputTopic<Object, Object>> inputs = new HashMap<>();
            ArrayNode output = JSON.createArrayNode();
            int step = 0;
            for (JsonNode input : golden.get("input")) {
                if (input.has("advanceWallClockMs")) {
                    driver.advanceWallClockTime(Duration.ofMillis(input.get("advanceWallClockMs").longValue()));
                } else {
                    inputs
                        .computeIfAbsent(input.get("topic").textValue(), topic -> driver.createInputTopic(topic, KEY.serializer(), SERDE.serializer()))
                        .pipeInput(new TestRecord<>(
                            JsonSerde.fromJson(input.get("key")),
                            JsonSerde.fromJson(input.get("value")),
                            Instant.ofEpochMilli(input.get("timestamp").longValue())));
                }
                for (String sink : sinks) {
                    for (TestRecord<Object, Object> record : outputs.get(sink).readRecordsToList()) {
                        ObjectNode row = output.addObject().put("step", step).put("topic", sink);
                        row.set("key", JsonSerde.toJson(record.key()));
                        row.set("value", JsonSerde.toJson(record.value()));
                        row.put("timestamp", record.timestamp());
                    }
                }
                step++;
            }
            ObjectNode stores = JSON.createObjectNode();
            for (String name : built.stores) stores.set(name, contents(driver, name));
            long dropped = driver.metrics().entrySet().stream()
                .filter(entry -> entry.getKey().name().equals("dropped-records-total"))
                .mapToLong(entry -> ((Double) entry.getValue().metricValue()).longValue())
                .sum();
            return new Result(output, stores, dropped, DropLog.counts());
        } finally {
            try (var files = Files.walk(state)) {
                List<Path> all = new ArrayList<>(files.toList());
                for (int i = all.size() - 1; i >= 0; i--) Files.deleteIfExists(all.get(i));
            }
        }
    }

    private static ArrayNode contents(TopologyTestDriver driver, String name) {
        ArrayNode rows = JSON.createArrayNode();
        try (KeyValueIterator<Object, ValueAndTimestamp<Object>> all = driver.<Object, Object>getTimestampedKeyValueStore(name).all()) {
            all.forEachRemaining(entry -> {
                ObjectNode row = rows.addObject();
                row.set("key", JsonSerde.toJson(entry.key));
                row.set("value", JsonSerde.toJson(entry.value.value()));
                row.put("timestamp", entry.value.timestamp());
            });
        }
        return rows;
    }

    private static Properties config(JsonNode golden, boolean inMemory, Path state) {
        long interval = golden.has("config") ? golden.get("config").get("emitIntervalMs").longValue() : 0;
        Properties config = new Properties();
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, "recorder");
        config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:9092");
        config.put(StreamsConfig.STATE_DIR_CONFIG, state.toString());
        config.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
        config.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, KeySerde.class);
        config.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, JsonSerde.class);
        config.put(StreamsConfig.DSL_STORE_SUPPLIERS_CLASS_CONFIG, inMemory
            ? BuiltInDslStoreSuppliers.InMemoryDslStoreSuppliers.class
            : BuiltInDslStoreSuppliers.RocksDBDslStoreSuppliers.class);
        config.put(StreamsConfig.InternalConfig.EMIT_INTERVAL_MS_KSTREAMS_WINDOWED_AGGREGATION, interval);
        config.put(StreamsConfig.InternalConfig.EMIT_INTERVAL_MS_KSTREAMS_OUTER_JOIN_SPURIOUS_RESULTS_FIX, interval);
        return config;
    }

    private Recorder() {}
}
