package bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;
import org.apache.avro.generic.GenericRecord;

/** The model, a row at a time as Kafka Streams' operators are: its input is one buffer, filled anew for each. */
final class Model {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;
  private final FloatBuffer numbers;
  private final Map<String, OnnxTensor> inputs;

  Model(String file, int columns) throws OrtException {
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.setIntraOpNumThreads(1);
    options.setInterOpNumThreads(1);
    session = environment.createSession(file, options);
    numbers =
        ByteBuffer.allocateDirect(columns * Float.BYTES).order(ByteOrder.nativeOrder()).asFloatBuffer();
    OnnxTensor tensor = OnnxTensor.createTensor(environment, numbers, new long[] {1, columns});
    inputs = Map.of(session.getInputNames().iterator().next(), tensor);
  }

  /** Of a payment: all of its fields but the first, which is its id, in their order. */
  double score(GenericRecord payment) {
    for (int column = 0; column < numbers.capacity(); column++) {
      numbers.put(column, ((Number) payment.get(column + 1)).floatValue());
    }
    try (OrtSession.Result result = session.run(inputs)) {
      return ((OnnxTensor) result.get(0)).getFloatBuffer().get(0);
    } catch (OrtException error) {
      throw new IllegalStateException(error);
    }
  }
}
