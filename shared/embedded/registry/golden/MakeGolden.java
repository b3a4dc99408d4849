import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;

/** Asks Avro's Java library which schema reads which, and which is one at all; README.md beside this file says how to run it. */
public class MakeGolden {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int RANDOM_PAIRS = 260;

  public static void main(String[] args) throws Exception {
    JsonNode input = JSON.readTree(Path.of(args[0]).toFile());
    Path output = Path.of(args[1]);
    try (PrintStream out = new PrintStream(Files.newOutputStream(output.resolve("resolution.jsonl")), false, StandardCharsets.UTF_8)) {
      for (JsonNode family : input.get("families")) {
        for (JsonNode reader : family) for (JsonNode writer : family) out.println(judge(reader, writer));
      }
      Random random = new Random(20);
      for (int i = 0; i < RANDOM_PAIRS; i++) {
        JsonNode writer = new Generator(random).schema(0);
        JsonNode reader = i % 4 == 0 ? new Generator(random).schema(0) : new Mutator(random).mutate(writer.deepCopy());
        if (parses(writer) && parses(reader)) out.println(judge(reader, writer));
      }
    }
    try (PrintStream out = new PrintStream(Files.newOutputStream(output.resolve("validity.jsonl")), false, StandardCharsets.UTF_8)) {
      for (JsonNode schema : input.get("schemas")) {
        out.println(JSON.createObjectNode().<ObjectNode>set("schema", schema).put("valid", parses(schema)));
      }
    }
  }

  private static boolean parses(JsonNode schema) {
    try {
      new Schema.Parser().parse(schema.toString());
      return true;
    } catch (RuntimeException refused) {
      // An undefined name is a NullPointerException in Avro 1.12.1.
      return false;
    }
  }

  private static String judge(JsonNode reader, JsonNode writer) {
    ObjectNode line = JSON.createObjectNode();
    line.set("reader", reader);
    line.set("writer", writer);
    ArrayNode found = line.putArray("incompatibilities");
    try {
      SchemaCompatibility.checkReaderWriterCompatibility(
              new Schema.Parser().parse(reader.toString()), new Schema.Parser().parse(writer.toString()))
          .getResult().getIncompatibilities()
          .forEach(one -> found.addArray().add(one.getType().name()).add(one.getLocation()).add(one.getMessage()));
    } catch (AvroRuntimeException refused) {
      found.addArray().add("REFUSED");
    }
    return line.toString();
  }

  /** Schemas of every kind, a few levels deep; the names are few, so that they meet again in another schema. */
  private static class Generator {
    private static final String[] PRIMITIVES = {"null", "boolean", "int", "long", "float", "double", "bytes", "string"};
    private final Random random;
    private int named;

    Generator(Random random) {
      this.random = random;
    }

    JsonNode schema(int depth) {
      int kind = random.nextInt(depth > 2 ? 1 : 8);
      ObjectNode node = JSON.createObjectNode();
      switch (kind) {
        case 1:
          return node.put("type", "array").set("items", schema(depth + 1));
        case 2:
          return node.put("type", "map").set("values", schema(depth + 1));
        case 3: {
          ArrayNode symbols = node.put("type", "enum").put("name", name("E")).putArray("symbols");
          for (String symbol : new String[] {"A", "B", "C"}) if (symbols.isEmpty() || random.nextBoolean()) symbols.add(symbol);
          if (random.nextInt(3) == 0) node.put("default", symbols.get(0).textValue());
          return node;
        }
        case 4:
          return node.put("type", "fixed").put("name", name("F")).put("size", 1 + random.nextInt(2));
        case 5:
        case 6: {
          ArrayNode fields = node.put("type", "record").put("name", name("R")).putArray("fields");
          for (String field : new String[] {"a", "b", "c"}) {
            if (random.nextInt(3) == 0) continue;
            ObjectNode one = fields.addObject().put("name", field);
            if (random.nextBoolean()) one.set("type", schema(depth + 1));
            else {
              one.putArray("type").add("null").add(PRIMITIVES[1 + random.nextInt(7)]);
              one.putNull("default");
            }
          }
          return node;
        }
        case 7: {
          ArrayNode union = JSON.createArrayNode();
          for (String primitive : PRIMITIVES) if (random.nextInt(3) == 0) union.add(primitive);
          if (random.nextBoolean()) union.add(new Generator(random).record(name("U"), depth));
          return union;
        }
        default:
          return JSON.getNodeFactory().textNode(PRIMITIVES[random.nextInt(PRIMITIVES.length)]);
      }
    }

    private ObjectNode record(String name, int depth) {
      ObjectNode node = JSON.createObjectNode().put("type", "record").put("name", name);
      node.putArray("fields").addObject().put("name", "a").put("type", PRIMITIVES[random.nextInt(PRIMITIVES.length)]);
      return node;
    }

    private String name(String stem) {
      named++;
      return stem + named;
    }
  }

  /** Changes a schema in a place or two, as people do between two versions. */
  private static class Mutator {
    private static final String[] PRIMITIVES = {"int", "long", "float", "double", "bytes", "string"};
    private final Random random;

    Mutator(Random random) {
      this.random = random;
    }

    JsonNode mutate(JsonNode schema) {
      if (schema.isTextual()) {
        return random.nextInt(3) == 0 ? JSON.getNodeFactory().textNode(PRIMITIVES[random.nextInt(PRIMITIVES.length)]) : schema;
      }
      if (schema.isArray()) {
        ArrayNode union = JSON.createArrayNode();
        for (JsonNode branch : schema) if (random.nextInt(5) > 0) union.add(mutate(branch));
        return random.nextInt(6) == 0 && union.size() == 1 ? union.get(0) : union;
      }
      ObjectNode node = (ObjectNode) schema;
      if (node.has("items")) node.set("items", mutate(node.get("items")));
      if (node.has("values")) node.set("values", mutate(node.get("values")));
      if (node.has("size") && random.nextInt(3) == 0) node.put("size", 3);
      if (node.has("symbols") && random.nextInt(2) == 0) ((ArrayNode) node.get("symbols")).add("D");
      if (node.has("name") && random.nextInt(6) == 0) {
        String old = node.get("name").textValue();
        node.put("name", old + "x");
        if (random.nextBoolean()) node.putArray("aliases").add(old);
      }
      if (node.has("fields")) {
        List<JsonNode> kept = new ArrayList<>();
        for (JsonNode field : node.get("fields")) {
          if (random.nextInt(5) == 0) continue;
          ObjectNode one = (ObjectNode) field;
          if (!one.has("default")) one.set("type", mutate(one.get("type")));
          if (random.nextInt(6) == 0) {
            String old = one.get("name").textValue();
            one.put("name", old + "x");
            if (random.nextBoolean()) one.putArray("aliases").add(old);
          }
          kept.add(one);
        }
        ObjectNode added = JSON.createObjectNode().put("name", "added").put("type", "int");
        int change = random.nextInt(4);
        if (change == 1) kept.add(added.put("default", 0));
        if (change == 2) kept.add(0, added);
        ArrayNode fields = node.putArray("fields");
        kept.forEach(fields::add);
      }
      return node;
    }
  }
}
