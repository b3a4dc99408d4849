import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jpmml.evaluator.EvaluatorUtil;
import org.jpmml.evaluator.HasAffinity;
import org.jpmml.evaluator.HasProbability;
import org.jpmml.evaluator.InputField;
import org.jpmml.evaluator.ModelEvaluator;
import org.jpmml.evaluator.LoadingModelEvaluatorBuilder;
import org.jpmml.evaluator.TargetField;
import org.jpmml.evaluator.OutputField;

/**
 * Asks JPMML-Evaluator what PMML documents make of rows. A line of standard input is a case, {"pmml": "<PMML …", "rows": [{…}]};
 * the line of standard output that answers it is {"answers": [{"target", "probabilities", "affinities", "outputs"} or {"error"}]},
 * or {"error"} when the document itself is refused.
 */
public class Judge {
  private static final ObjectMapper JSON = new ObjectMapper();

  public static void main(String[] args) throws Exception {
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    // What a library prints must not get between the answers.
    System.setOut(System.err);
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = in.readLine()) != null; ) out.println(judge(JSON.readTree(line)));
    out.flush();
  }

  private static ObjectNode judge(JsonNode job) {
    ObjectNode verdict = JSON.createObjectNode();
    try {
      byte[] pmml = job.get("pmml").asText().getBytes(StandardCharsets.UTF_8);
      ModelEvaluator<?> evaluator = new LoadingModelEvaluatorBuilder().load(new ByteArrayInputStream(pmml)).build();
      evaluator.verify();
      ArrayNode answers = JSON.createArrayNode();
      for (JsonNode row : job.get("rows")) answers.add(answer(evaluator, row));
      verdict.set("answers", answers);
    } catch (Exception | StackOverflowError problem) {
      verdict.put("error", sentence(problem));
    }
    return verdict;
  }

  private static ObjectNode answer(ModelEvaluator<?> evaluator, JsonNode row) {
    ObjectNode answer = JSON.createObjectNode();
    try {
      Map<String, Object> inputs = new LinkedHashMap<>();
      for (InputField field : evaluator.getInputFields()) {
        inputs.put(field.getName(), field.prepare(raw(row.get(field.getName()))));
      }
      Map<String, ?> results = evaluator.evaluate(inputs);
      TargetField target = evaluator.getTargetFields().isEmpty() ? null : evaluator.getTargetFields().get(0);
      if (target != null) {
        Object value = results.get(target.getName());
        put(answer, "target", EvaluatorUtil.decode(value));
        if (value instanceof HasProbability of) {
          ObjectNode probabilities = JSON.createObjectNode();
          for (Object category : of.getCategories()) put(probabilities, String.valueOf(category), of.getProbability(category));
          answer.set("probabilities", probabilities);
        }
        if (value instanceof HasAffinity of) {
          ObjectNode affinities = JSON.createObjectNode();
          for (String id : of.getCategories()) put(affinities, id, of.getAffinity(id));
          answer.set("affinities", affinities);
        }
      }
      ObjectNode outputs = JSON.createObjectNode();
      for (OutputField field : evaluator.getOutputFields()) put(outputs, field.getName(), EvaluatorUtil.decode(results.get(field.getName())));
      if (!outputs.isEmpty()) answer.set("outputs", outputs);
    } catch (Exception | StackOverflowError problem) {
      answer.removeAll();
      answer.put("error", sentence(problem));
    }
    return answer;
  }

  private static Object raw(JsonNode value) {
    if (value == null || value.isNull()) return null;
    if (value.isBoolean()) return value.booleanValue();
    if (value.isIntegralNumber() && value.canConvertToInt()) return value.intValue();
    if (value.isNumber()) return value.doubleValue();
    return value.asText();
  }

  private static void put(ObjectNode to, String name, Object value) {
    if (value == null) to.putNull(name);
    else if (value instanceof Float number) to.put(name, (double) number);
    else if (value instanceof Number number) to.put(name, number.doubleValue());
    else if (value instanceof Boolean truth) to.put(name, truth);
    else to.put(name, String.valueOf(value));
  }

  private static String sentence(Throwable problem) {
    String message = String.valueOf(problem.getMessage());
    return problem.getClass().getSimpleName() + ": " + message.lines().findFirst().orElse("");
  }
}
