package bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** Counts outputs that the broker has acknowledged, and says what the contract wants said. */
final class Progress {
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private final long records;
  private final long warmUp;
  private final CountDownLatch done = new CountDownLatch(1);
  private long outputs;
  private long measuredFrom = -1;
  private long startedAt;
  private long cpuBefore;

  Progress(long records, long warmUp) {
    this.records = records;
    this.warmUp = warmUp;
  }

  synchronized void acknowledged() {
    if (outputs == 0) System.out.println("{\"is\":\"begin\"}");
    outputs++;
    if (measuredFrom < 0 && outputs >= warmUp) {
      measuredFrom = outputs;
      startedAt = System.nanoTime();
      cpuBefore = SYSTEM.getProcessCpuTime();
    }
    if (records > 0 && outputs >= records) done.countDown();
  }

  void await() throws InterruptedException {
    done.await();
  }

  /** To be called when all is committed. */
  synchronized void end() throws IOException {
    double seconds = (System.nanoTime() - startedAt) / 1e9;
    double cpuSeconds = (SYSTEM.getProcessCpuTime() - cpuBefore) / 1e9;
    System.out.printf(
        java.util.Locale.ROOT,
        "{\"is\":\"end\",\"amount\":%d,\"seconds\":%.6f,\"cpuSeconds\":%.6f,\"megabytes\":%.1f}%n",
        outputs - measuredFrom,
        seconds,
        cpuSeconds,
        residentMegabytes());
  }

  private static double residentMegabytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
    }
    return Double.NaN;
  }
}
