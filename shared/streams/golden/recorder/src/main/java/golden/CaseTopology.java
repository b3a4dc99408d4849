package golden;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.*;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/**
 * Builds a case's topology. Untyped, as the format is: a case's functions take any key and any value, and windowed keys are
 * keys like others.
 */
@SuppressWarnings({"unchecked", "rawtypes"})
final class CaseTopology {
    /** Longer than any case. */
    private static final Duration LONG_RETENTION = Duration.ofDays(3650);
    private static final KeySerde KEY = new KeySerde();
    private static final JsonSerde SERDE = new JsonSerde();

    private final StreamsBuilder builder = new StreamsBuilder();
    private final Map<String, Object> nodes = new HashMap<>();
    /** Names given to key-value stores, in order. */
    final Set<String> stores = new LinkedHashSet<>();

    Topology build(JsonNode topology) {
        topology.forEach(this::add);
        return builder.build();
    }

    private void add(JsonNode n) {
        Object built = node(n);
        if (built != null) nodes.put(n.get("id").textValue(), built);
    }

    private Object node(JsonNode n) {
        Object parent = parent(n, 0);
        switch (n.get("op").textValue()) {
            case "stream":
                return builder.stream(topic(n), Consumed.with(KEY, SERDE));
            case "table":
                return builder.table(topic(n), Consumed.with(KEY, SERDE), materialized(n));
            case "globalTable":
                return builder.globalTable(topic(n), Consumed.with(KEY, SERDE));
            case "filter":
            case "filterNot":
                return filtered(n, parent);
            case "mapValues": {
                Functions.Of<Object> value = Functions.value(n.get("value"));
                if (parent instanceof KStream stream) return stream.mapValues((k, v) -> value.apply(k, v));
                KTable table = (KTable) parent;
                return n.has("store")
                    ? table.mapValues((k, v) -> value.apply(k, v), materialized(n))
                    : table.mapValues((k, v) -> value.apply(k, v));
            }
            case "map": {
                Functions.Of<Object> key = Functions.key(n.get("key"));
                Functions.Of<Object> value = Functions.value(n.get("value"));
                return ((KStream) parent).map((k, v) -> KeyValue.pair(key.apply(k, v), value.apply(k, v)));
            }
            case "selectKey": {
                Functions.Of<Object> key = Functions.key(n.get("key"));
                return ((KStream) parent).selectKey((k, v) -> key.apply(k, v));
            }
            case "flatMapValues": {
                var values = Functions.values(n.get("values"));
                return ((KStream) parent).flatMapValues((k, v) -> values.apply(k, v));
            }
            case "flatMap": {
                var records = Functions.records(n.get("records"));
                return ((KStream) parent).flatMap((k, v) -> records.apply(k, v));
            }
            case "merge":
                return ((KStream) parent).merge((KStream) parent(n, 1));
            case "split":
                return split(n, (KStream) parent);
            case "repartition":
                return ((KStream) parent).repartition(Repartitioned.with(KEY, SERDE));
            case "toTable":
                return ((KStream) parent).toTable(materialized(n));
            case "toStream":
                return ((KTable) parent).toStream();
            case "groupByKey":
                return ((KStream) parent).groupByKey(Grouped.with(KEY, SERDE));
            case "groupBy": {
                Functions.Of<Object> key = Functions.key(n.get("key"));
                if (parent instanceof KStream stream) return stream.groupBy((k, v) -> key.apply(k, v), Grouped.with(KEY, SERDE));
                Functions.Of<Object> value = Functions.value(n.get("value"));
                return ((KTable) parent).groupBy((k, v) -> KeyValue.pair(key.apply(k, v), value.apply(k, v)), Grouped.with(KEY, SERDE));
            }
            case "windowedBy":
                return windowed(n, (KGroupedStream) parent);
            case "count":
                return counted(n, parent);
            case "reduce":
                return reduced(n, parent);
            case "aggregate":
                return aggregated(n, parent);
            case "suppress":
                return ((KTable) parent).suppress(suppressed(n));
            case "streamStreamJoin":
                return streamStreamJoin(n, (KStream) parent, (KStream) parent(n, 1));
            case "streamTableJoin": {
                ValueJoinerWithKey joiner = joiner(n);
                KTable table = (KTable) parent(n, 1);
                Joined joined = Joined.with(KEY, SERDE, SERDE);
                return type(n).equals("inner") ? ((KStream) parent).join(table, joiner, joined) : ((KStream) parent).leftJoin(table, joiner, joined);
            }
            case "streamGlobalTableJoin": {
                Functions.Of<Object> key = Functions.key(n.get("key"));
                ValueJoinerWithKey joiner = joiner(n);
                GlobalKTable table = (GlobalKTable) parent(n, 1);
                return type(n).equals("inner")
                    ? ((KStream) parent).join(table, (k, v) -> key.apply(k, v), joiner)
                    : ((KStream) parent).leftJoin(table, (k, v) -> key.apply(k, v), joiner);
            }
            case "tableTableJoin":
                return tableTableJoin(n, (KTable) parent, (KTable) parent(n, 1));
            case "foreignKeyJoin": {
                Functions.Of<Object> key = Functions.key(n.get("foreignKey"));
                Functions.Joiner join = Functions.joiner(n.get("joiner"));
                KTable left = (KTable) parent;
                KTable right = (KTable) parent(n, 1);
                java.util.function.Function extractor = v -> key.apply(null, v);
                ValueJoiner joiner = (l, r) -> join.apply(null, l, r);
                return type(n).equals("inner")
                    ? left.join(right, extractor, joiner, materialized(n))
                    : left.leftJoin(right, extractor, joiner, materialized(n));
            }
            case "processorCountPunctuate":
                return countPunctuate(n, (KStream) parent);
            case "to":
                ((KStream) parent).to(topic(n), Produced.with(KEY, SERDE));
                return null;
            default:
                throw new IllegalArgumentException("Unknown node " + n);
        }
    }

    private Object filtered(JsonNode n, Object parent) {
        Functions.Of<Boolean> predicate = Functions.predicate(n.get("predicate"));
        boolean not = n.get("op").textValue().equals("filterNot");
        Predicate holds = (k, v) -> predicate.apply(k, v);
        if (parent instanceof KStream stream) return not ? stream.filterNot(holds) : stream.filter(holds);
        KTable table = (KTable) parent;
        if (!n.has("store")) return not ? table.filterNot(holds) : table.filter(holds);
        return not ? table.filterNot(holds, materialized(n)) : table.filter(holds, materialized(n));
    }

    private Object split(JsonNode n, KStream parent) {
        BranchedKStream branched = parent.split(Named.as("s" + n.get("id").textValue() + "-"));
        for (JsonNode branch : n.get("branches")) {
            Functions.Of<Boolean> predicate = Functions.predicate(branch.get("predicate"));
            branched.branch((k, v) -> predicate.apply(k, v), Branched.as(branch.get("id").textValue()));
        }
        Map<String, KStream> streams = n.get("defaultId").isNull()
            ? branched.noDefaultBranch()
            : branched.defaultBranch(Branched.as(n.get("defaultId").textValue()));
        int prefix = ("s" + n.get("id").textValue() + "-").length();
        streams.forEach((name, stream) -> nodes.put(name.substring(prefix), stream));
        return null;
    }

    private static Object windowed(JsonNode n, KGroupedStream grouped) {
        JsonNode w = n.get("windows");
        EmitStrategy emit = n.has("emit") ? EmitStrategy.onWindowClose() : EmitStrategy.onWindowUpdate();
        Duration grace = ms(w, "grace");
        switch (w.get("type").textValue()) {
            case "tumbling":
                return grouped.windowedBy(TimeWindows.ofSizeAndGrace(ms(w, "size"), grace)).emitStrategy(emit);
            case "hopping":
                return grouped.windowedBy(TimeWindows.ofSizeAndGrace(ms(w, "size"), grace).advanceBy(ms(w, "advance"))).emitStrategy(emit);
            case "sliding":
                return grouped.windowedBy(SlidingWindows.ofTimeDifferenceAndGrace(ms(w, "difference"), grace)).emitStrategy(emit);
            case "session":
                return grouped.windowedBy(SessionWindows.ofInactivityGapAndGrace(ms(w, "gap"), grace)).emitStrategy(emit);
            default:
                throw new IllegalArgumentException("Unknown windows " + w);
        }
    }

    private Object counted(JsonNode n, Object parent) {
        if (parent instanceof KGroupedStream grouped) return grouped.count(materialized(n));
        if (parent instanceof KGroupedTable grouped) return grouped.count(materialized(n));
        if (parent instanceof TimeWindowedKStream grouped) return grouped.count(windowMaterialized(n));
        return ((SessionWindowedKStream) parent).count(windowMaterialized(n));
    }

    private Object reduced(JsonNode n, Object parent) {
        if (parent instanceof KGroupedTable grouped) {
            return grouped.reduce(reducer(n.get("adder")), reducer(n.get("subtractor")), materialized(n));
        }
        Reducer reducer = reducer(n.get("reducer"));
        if (parent instanceof KGroupedStream grouped) return grouped.reduce(reducer, materialized(n));
        if (parent instanceof TimeWindowedKStream grouped) return grouped.reduce(reducer, windowMaterialized(n));
        return ((SessionWindowedKStream) parent).reduce(reducer, windowMaterialized(n));
    }

    private Object aggregated(JsonNode n, Object parent) {
        Object init = JsonSerde.fromJson(n.get("init"));
        if (parent instanceof KGroupedTable grouped) {
            return grouped.aggregate(() -> init, aggregator(n.get("adder")), aggregator(n.get("subtractor")), materialized(n));
        }
        Aggregator aggregator = aggregator(n.get("aggregator"));
        if (parent instanceof KGroupedStream grouped) return grouped.aggregate(() -> init, aggregator, materialized(n));
        if (parent instanceof TimeWindowedKStream grouped) return grouped.aggregate(() -> init, aggregator, windowMaterialized(n));
        Functions.Of<Object> merger = Functions.combiner(n.get("merger"));
        return ((SessionWindowedKStream) parent).aggregate(() -> init, aggregator, (k, one, two) -> merger.apply(one, two), windowMaterialized(n));
    }

    private static Reducer reducer(JsonNode f) {
        Functions.Of<Object> combine = Functions.combiner(f);
        return (old, value) -> combine.apply(old, value);
    }

    private static Aggregator aggregator(JsonNode f) {
        Functions.Of<Object> combine = Functions.combiner(f);
        return (k, value, aggregate) -> combine.apply(aggregate, value);
    }

    private static Suppressed suppressed(JsonNode n) {
        if (n.get("until").textValue().equals("windowCloses")) {
            return Suppressed.untilWindowCloses(Suppressed.BufferConfig.unbounded());
        }
        return Suppressed.untilTimeLimit(ms(n, "ms"), n.has("maxRecords")
            ? Suppressed.BufferConfig.maxRecords(n.get("maxRecords").longValue()).emitEarlyWhenFull()
            : Suppressed.BufferConfig.unbounded());
    }

    private static Object streamStreamJoin(JsonNode n, KStream left, KStream right) {
        JsonNode w = n.get("windows");
        long before = w.get("before").longValue();
        long after = w.get("after").longValue();
        JoinWindows windows = JoinWindows
            .ofTimeDifferenceAndGrace(Duration.ofMillis(Math.max(Math.abs(before), Math.abs(after))), ms(w, "grace"))
            .before(Duration.ofMillis(before))
            .after(Duration.ofMillis(after));
        ValueJoinerWithKey joiner = joiner(n);
        StreamJoined joined = StreamJoined.with(KEY, SERDE, SERDE);
        switch (type(n)) {
            case "inner":
                return left.join(right, joiner, windows, joined);
            case "left":
                return left.leftJoin(right, joiner, windows, joined);
            default:
                return left.outerJoin(right, joiner, windows, joined);
        }
    }

    private Object tableTableJoin(JsonNode n, KTable left, KTable right) {
        Functions.Joiner join = Functions.joiner(n.get("joiner"));
        ValueJoiner joiner = (l, r) -> join.apply(null, l, r);
        Materialized store = materialized(n);
        switch (type(n)) {
            case "inner":
                return n.has("store") ? left.join(right, joiner, store) : left.join(right, joiner);
            case "left":
                return n.has("store") ? left.leftJoin(right, joiner, store) : left.leftJoin(right, joiner);
            default:
                return n.has("store") ? left.outerJoin(right, joiner, store) : left.outerJoin(right, joiner);
        }
    }

    private KStream countPunctuate(JsonNode n, KStream parent) {
        String store = n.get("id").textValue() + "-counts";
        Duration interval = ms(n, "intervalMs");
        boolean reset = n.get("reset").booleanValue();
        PunctuationType type = type(n).equals("stream") ? PunctuationType.STREAM_TIME : PunctuationType.WALL_CLOCK_TIME;
        builder.addStateStore(Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(store), Serdes.String(), Serdes.Long()));
        return parent.process(() -> new Processor<Object, Object, Object, Object>() {
            private KeyValueStore<String, Long> counts;

            @Override
            public void init(ProcessorContext<Object, Object> context) {
                counts = context.getStateStore(store);
                context.schedule(interval, type, time -> {
                    Map<String, Long> counted = new LinkedHashMap<>();
                    try (KeyValueIterator<String, Long> all = counts.all()) {
                        all.forEachRemaining(entry -> counted.put(entry.key, entry.value));
                    }
                    counted.forEach((key, count) -> context.forward(new Record<>(key, count, time)));
                    if (reset) counted.keySet().forEach(counts::delete);
                });
            }

            @Override
            public void process(Record<Object, Object> record) {
                String key = Functions.asStr(record.key());
                Long count = counts.get(key);
                counts.put(key, count == null ? 1 : count + 1);
            }
        }, store);
    }

    private Materialized<Object, Object, KeyValueStore<Bytes, byte[]>> materialized(JsonNode n) {
        if (!n.has("store")) return Materialized.with(KEY, SERDE);
        String store = n.get("store").textValue();
        stores.add(store);
        return Materialized.<Object, Object, KeyValueStore<Bytes, byte[]>>as(store).withKeySerde(KEY).withValueSerde(SERDE);
    }

    private static Materialized windowMaterialized(JsonNode n) {
        Materialized store = Materialized.with(KEY, SERDE);
        return n.has("retention") ? store : store.withRetention(LONG_RETENTION);
    }

    private static ValueJoinerWithKey joiner(JsonNode n) {
        Functions.Joiner join = Functions.joiner(n.get("joiner"));
        return (key, left, right) -> join.apply(key, left, right);
    }

    private Object parent(JsonNode n, int index) {
        JsonNode parents = n.get("parents");
        return index < parents.size() ? nodes.get(parents.get(index).textValue()) : null;
    }

    private static String topic(JsonNode n) {
        return n.get("topic").textValue();
    }

    private static String type(JsonNode n) {
        return n.get("type").textValue();
    }

    private static Duration ms(JsonNode n, String field) {
        return Duration.ofMillis(n.get(field).longValue());
    }
}
