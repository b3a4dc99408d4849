package golden;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.kstream.Windowed;

/** The functions of FORMAT.md. */
final class Functions {
    interface Of<R> {
        R apply(Object key, Object value);
    }

    interface Joiner {
        Object apply(Object key, Object left, Object right);
    }

    static long asInt(Object value) {
        if (value == null) return 0;
        return value instanceof String text ? text.length() : (Long) value;
    }

    static String asStr(Object value) {
        if (value == null) return "null";
        if (value instanceof Windowed<?> windowed) {
            return asStr(windowed.key()) + "@" + windowed.window().start() + "/" + windowed.window().end();
        }
        return value.toString();
    }

    static Of<Boolean> predicate(JsonNode f) {
        switch (name(f)) {
            case "modEquals":
                return (k, v) -> Math.floorMod(asInt(v), m(f)) == r(f);
            case "greaterThan":
                return (k, v) -> asInt(v) > c(f);
            case "isNullValue":
                return (k, v) -> v == null;
            case "keyIn":
                Set<String> keys = new HashSet<>();
                f.get("keys").forEach(key -> keys.add(key.textValue()));
                return (k, v) -> k != null && keys.contains(asStr(k));
            default:
                throw unknown(f);
        }
    }

    static Of<Object> key(JsonNode f) {
        switch (name(f)) {
            case "sameKey":
                return (k, v) -> k;
            case "keyFromValueMod":
                return (k, v) -> "k" + Math.floorMod(asInt(v), m(f));
            case "keyFromValue":
                return (k, v) -> v == null ? null : asStr(v);
            case "keyConst":
                return (k, v) -> f.get("c").textValue();
            case "keyAppend":
                return (k, v) -> k == null ? null : asStr(k) + f.get("s").textValue();
            case "keyNullIf":
                return (k, v) -> Math.floorMod(asInt(v), m(f)) == r(f) ? null : k;
            case "windowedToString":
                return (k, v) -> k == null ? null : asStr(k);
            case "fkMod":
                return (k, v) -> letter(Math.floorMod(asInt(v), m(f)));
            case "fkNullIf":
                return (k, v) -> {
                    long found = Math.floorMod(asInt(v), m(f));
                    return found == r(f) ? null : letter(found);
                };
            default:
                throw unknown(f);
        }
    }

    static Of<Object> value(JsonNode f) {
        switch (name(f)) {
            case "same":
                return (k, v) -> v;
            case "addConst":
                return (k, v) -> Math.addExact(asInt(v), c(f));
            case "mulConst":
                return (k, v) -> Math.multiplyExact(asInt(v), c(f));
            case "mod":
                return (k, v) -> Math.floorMod(asInt(v), m(f));
            case "appendStr":
                return (k, v) -> asStr(v) + f.get("s").textValue();
            case "nullIf":
                return (k, v) -> Math.floorMod(asInt(v), m(f)) == r(f) ? null : v;
            case "keyColonValue":
                return (k, v) -> asStr(k) + ":" + asStr(v);
            default:
                throw unknown(f);
        }
    }

    static Of<List<Object>> values(JsonNode f) {
        switch (name(f)) {
            case "dup":
                return (k, v) -> {
                    List<Object> values = new ArrayList<>();
                    for (int i = 0; i < f.get("n").intValue(); i++) values.add(v);
                    return values;
                };
            case "rangeMod":
                return (k, v) -> {
                    List<Object> values = new ArrayList<>();
                    for (long i = 0; i < Math.floorMod(asInt(v), m(f)); i++) values.add(i);
                    return values;
                };
            default:
                throw unknown(f);
        }
    }

    static Of<List<KeyValue<Object, Object>>> records(JsonNode f) {
        switch (name(f)) {
            case "fanKeys":
                return (k, v) -> {
                    List<KeyValue<Object, Object>> records = new ArrayList<>();
                    for (int i = 0; i < f.get("n").intValue(); i++) records.add(KeyValue.pair(asStr(k) + i, v));
                    return records;
                };
            case "keyAndSwap":
                return (k, v) -> {
                    List<KeyValue<Object, Object>> records = new ArrayList<>();
                    records.add(KeyValue.pair(k, v));
                    if (v != null) records.add(KeyValue.pair(asStr(v), k == null ? null : asStr(k)));
                    return records;
                };
            default:
                throw unknown(f);
        }
    }

    /** (aggregate, value): what aggregators, adders, subtractors, reducers and mergers share. */
    static Of<Object> combiner(JsonNode f) {
        switch (name(f)) {
            case "sum":
                return (agg, v) -> Math.addExact(asInt(agg), asInt(v));
            case "subtract":
                return (agg, v) -> Math.subtractExact(asInt(agg), asInt(v));
            case "max":
                return (agg, v) -> Math.max(asInt(agg), asInt(v));
            case "min":
                return (agg, v) -> Math.min(asInt(agg), asInt(v));
            case "last":
                return (agg, v) -> v;
            case "first":
                return (agg, v) -> agg;
            case "concat":
                return (agg, v) -> end(asStr(agg) + asStr(v), f);
            case "concatSep":
                return (agg, v) -> end(asStr(agg) + f.get("s").textValue() + asStr(v), f);
            case "sumNullIf":
                return (agg, v) -> nullIf(asInt(agg) + asInt(v), f);
            default:
                throw unknown(f);
        }
    }

    static Joiner joiner(JsonNode f) {
        switch (name(f)) {
            case "pair":
                return (k, left, right) -> asStr(left) + "|" + asStr(right);
            case "keyPair":
                return (k, left, right) -> asStr(k) + ":" + asStr(left) + "|" + asStr(right);
            case "sum":
                return (k, left, right) -> Math.addExact(asInt(left), asInt(right));
            case "nullIfSum":
                return (k, left, right) -> nullIf(asInt(left) + asInt(right), f);
            default:
                throw unknown(f);
        }
    }

    private static Object nullIf(long value, JsonNode f) {
        return Math.floorMod(value, m(f)) == r(f) ? null : (Object) value;
    }

    private static String end(String text, JsonNode f) {
        return f.has("max") ? text.substring(Math.max(0, text.length() - f.get("max").intValue())) : text;
    }

    private static String letter(long index) {
        return String.valueOf((char) ('a' + index));
    }

    private static String name(JsonNode f) {
        return f.get("fn").textValue();
    }

    private static long m(JsonNode f) {
        return f.get("m").longValue();
    }

    private static long r(JsonNode f) {
        return f.get("r").longValue();
    }

    private static long c(JsonNode f) {
        return f.get("c").longValue();
    }

    private static IllegalArgumentException unknown(JsonNode f) {
        return new IllegalArgumentException("Unknown function " + f);
    }

    private Functions() {}
}
