package golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.kstream.Windowed;

/** Values: a long, a string or null; and how keys and values stand in a case. */
public final class JsonSerde implements Serde<Object> {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    static JsonNode toJson(Object value) {
        if (value == null) return NODES.nullNode();
        if (value instanceof Long number) return NODES.numberNode(number);
        if (value instanceof String text) return NODES.textNode(text);
        Windowed<?> windowed = (Windowed<?>) value;
        ObjectNode node = NODES.objectNode();
        node.set("key", toJson(windowed.key()));
        return node.put("start", windowed.window().start()).put("end", windowed.window().end());
    }

    static Object fromJson(JsonNode node) {
        if (node == null || node.isNull()) return null;
        if (node.isIntegralNumber()) return node.longValue();
        if (node.isTextual()) return node.textValue();
        return new Windowed<>(fromJson(node.get("key")), new KeySerde.Bounds(node.get("start").longValue(), node.get("end").longValue()));
    }

    @Override
    public Serializer<Object> serializer() {
        return (topic, value) -> {
            try {
                return value == null ? null : JSON.writeValueAsBytes(toJson(value));
            } catch (IOException error) {
                throw new UncheckedIOException(error);
            }
        };
    }

    @Override
    public Deserializer<Object> deserializer() {
        return (topic, bytes) -> {
            try {
                return bytes == null ? null : fromJson(JSON.readTree(bytes));
            } catch (IOException error) {
                throw new UncheckedIOException(error);
            }
        };
    }
}
