import java.nio.charset.StandardCharsets;
import java.util.*;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Writes one batch in each codec as the Java client does, as JSON lines: what they hold is in batches.test.ts. */
public class WriteBatches {
  public static void main(String[] args) {
    Random random = new Random(7);
    List<SimpleRecord> records = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      String text = "flight " + i + " of carrier " + "AA,UA,DL,B6,WN".split(",")[i % 5] + ", " + (i * 7919) % 1440 + " min";
      byte[] noise = new byte[i % 50 == 0 ? 400 : 3];
      random.nextBytes(noise);
      byte[] value = i % 60 == 1 ? new byte[5000] : text.getBytes(StandardCharsets.UTF_8);
      records.add(new SimpleRecord(1_380_000_000_000L + i, noise, value));
    }
    Compression[] all = {Compression.NONE, Compression.gzip().build(), Compression.snappy().build(), Compression.lz4().build(), Compression.zstd().build()};
    for (Compression one : all) {
      MemoryRecords batch = MemoryRecords.withRecords(one, records.toArray(new SimpleRecord[0]));
      byte[] bytes = new byte[batch.sizeInBytes()];
      batch.buffer().duplicate().get(bytes);
      System.out.println("{\"codec\":\"" + one.type().name + "\",\"batch\":\"" + Base64.getEncoder().encodeToString(bytes) + "\"}");
    }
  }
}
