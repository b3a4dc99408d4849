package golden;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.kstream.Window;
import org.apache.kafka.streams.kstream.Windowed;

/** Keys: a string as it is, a windowed key behind a 0, its start and end after it. So stores have the order that Kafka's own serdes give. */
public final class KeySerde implements Serde<Object> {
    /** A window read back from bytes: only its bounds matter. */
    static final class Bounds extends Window {
        Bounds(long start, long end) {
            super(start, end);
        }

        @Override
        public boolean overlap(Window other) {
            return start() < other.end() && other.start() < end();
        }
    }

    private static byte[] write(Object key) {
        if (key == null) return null;
        if (key instanceof String text) return text.getBytes(StandardCharsets.UTF_8);
        Windowed<?> windowed = (Windowed<?>) key;
        byte[] inner = write(windowed.key());
        return ByteBuffer.allocate(inner.length + 17).put((byte) 0).put(inner)
            .putLong(windowed.window().start()).putLong(windowed.window().end()).array();
    }

    private static Object read(byte[] bytes) {
        if (bytes == null) return null;
        if (bytes.length == 0 || bytes[0] != 0) return new String(bytes, StandardCharsets.UTF_8);
        ByteBuffer bounds = ByteBuffer.wrap(bytes, bytes.length - 16, 16);
        return new Windowed<>(read(Arrays.copyOfRange(bytes, 1, bytes.length - 16)), new Bounds(bounds.getLong(), bounds.getLong()));
    }

    @Override
    public Serializer<Object> serializer() {
        return (topic, key) -> write(key);
    }

    @Override
    public Deserializer<Object> deserializer() {
        return (topic, bytes) -> read(bytes);
    }
}
