package golden;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.LoggerFactory;

/** Kafka counts all drops in one metric; its warnings tell why: for a null key or value, or as expired. */
final class DropLog extends AppenderBase<ILoggingEvent> {
    private static final Map<String, Long> COUNTS = new HashMap<>();

    static {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.detachAndStopAllAppenders();
        root.setLevel(Level.WARN);
        DropLog log = new DropLog();
        log.start();
        root.addAppender(log);
    }

    static void clear() {
        COUNTS.clear();
    }

    static Map<String, Long> counts() {
        return Map.copyOf(COUNTS);
    }

    @Override
    protected void append(ILoggingEvent event) {
        String message = event.getFormattedMessage();
        if (!message.startsWith("Skipping record")) return;
        COUNTS.merge(message.contains("null") ? "null" : "expired", 1L, Long::sum);
    }
}
