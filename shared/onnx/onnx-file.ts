import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { KitError } from '#shared/errors';
import { type Attribute, fromAttributeProto } from './attributes.js';
import {
  TensorProto_DataLocation as DataLocation,
  type GraphProto,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  type TensorProto,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from './onnx_pb.js';
import { type ElementType, elementType, fromTensorProto, type OnnxTensor, toTensorProto } from './tensor.js';

/** For what is added to a graph that takes none: every runtime that reads such a graph has it. */
const OWN_OPSET = 13n;

/** A node of a graph that was read. */
export class OnnxNode {
  readonly #node: NodeProto;

  constructor(node: NodeProto) {
    this.#node = node;
  }

  get op(): string {
    return this.#node.opType;
  }

  /** "" for ONNX's own operators, "ai.onnx.ml" for those of classical models. */
  get domain(): string {
    return this.#node.domain === 'ai.onnx' ? '' : this.#node.domain;
  }

  get inputs(): readonly string[] {
    return this.#node.input;
  }

  get outputs(): readonly string[] {
    return this.#node.output;
  }

  attribute(name: string): Attribute | undefined {
    const attribute = this.#node.attribute.find((each) => each.name === name);
    return attribute && fromAttributeProto(attribute);
  }

  int(name: string, otherwise: number): number {
    const attribute = this.attribute(name);
    return attribute !== undefined && 'int' in attribute ? attribute.int : otherwise;
  }

  float(name: string, otherwise: number): number {
    const attribute = this.attribute(name);
    return attribute !== undefined && 'float' in attribute ? attribute.float : otherwise;
  }

  string(name: string, otherwise: string): string {
    const attribute = this.attribute(name);
    return attribute !== undefined && 'string' in attribute ? attribute.string : otherwise;
  }

  /** A list of integers; empty where the node has none of this name. */
  ints(name: string): readonly number[] {
    const attribute = this.attribute(name);
    return attribute !== undefined && 'ints' in attribute ? attribute.ints : [];
  }

  /** A list of numbers, given as floats or, for doubles, as a tensor called `name` with "_as_tensor". */
  floats(name: string): readonly number[] {
    const attribute = this.attribute(name) ?? this.attribute(`${name}_as_tensor`);
    if (attribute === undefined) return [];
    if ('floats' in attribute) return attribute.floats;
    return 'tensor' in attribute ? attribute.tensor.values.map(Number) : [];
  }

  strings(name: string): readonly string[] {
    const attribute = this.attribute(name);
    return attribute !== undefined && 'strings' in attribute ? attribute.strings : [];
  }
}

/** What a graph declares of an input or output. */
export interface ValueDescription {
  readonly name: string;
  /** Undefined where it is no tensor, or one of a type that is not read here. */
  readonly type: ElementType | undefined;
  /** A size, or the name of one that is known when the graph runs; undefined where the graph does not say. */
  readonly shape: readonly (number | string)[] | undefined;
}

/** An ONNX file that was read, to be looked into, changed at its ends, and written again. */
export class OnnxFile {
  readonly #model: ModelProto;
  readonly #graph: GraphProto;
  readonly #initializers: Map<string, TensorProto>;

  private constructor(model: ModelProto, graph: GraphProto) {
    this.#model = model;
    this.#graph = graph;
    this.#initializers = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  }

  /** @throws KitError 'model-invalid' where the bytes are no ONNX file. */
  static parse(bytes: Uint8Array): OnnxFile {
    let model: ModelProto;
    try {
      model = fromBinary(ModelProtoSchema, bytes);
    } catch (error) {
      throw KitError.from(error, 'model-invalid', 'The file is no ONNX graph');
    }
    if (model.graph === undefined || model.graph.node.length === 0) {
      throw new KitError('model-invalid', 'The file is no ONNX graph: it has no nodes.');
    }
    return new OnnxFile(model, model.graph);
  }

  /** The file beside this one that some of the constants are in; undefined where they are all here. */
  get externalFile(): string | undefined {
    for (const { dataLocation, externalData } of this.#graph.initializer) {
      if (dataLocation !== DataLocation.EXTERNAL) continue;
      return externalData.find(({ key }) => key === 'location')?.value ?? 'another file';
    }
    return undefined;
  }

  get nodes(): readonly OnnxNode[] {
    return this.#graph.node.map((node) => new OnnxNode(node));
  }

  /** Names of what is fed; old files list their constants among the inputs, which are left out here. */
  get inputs(): readonly string[] {
    return this.#graph.input.map(({ name }) => name).filter((name) => !this.#initializers.has(name));
  }

  get outputs(): readonly string[] {
    return this.#graph.output.map(({ name }) => name);
  }

  describeInputs(): ValueDescription[] {
    return this.#graph.input.filter(({ name }) => !this.#initializers.has(name)).map(describe);
  }

  describeOutputs(): ValueDescription[] {
    return this.#graph.output.map(describe);
  }

  /** The same file once more, to be changed. */
  copy(): OnnxFile {
    return OnnxFile.parse(this.toBytes());
  }

  /** The node that gives a value; undefined for inputs and constants. */
  producerOf(value: string): OnnxNode | undefined {
    const node = this.#graph.node.find(({ output }) => output.includes(value));
    return node && new OnnxNode(node);
  }

  /** A constant: an initializer, or what a Constant node gives; undefined for every other value. */
  constant(value: string): OnnxTensor | undefined {
    const tensor = this.#initializers.get(value);
    if (tensor !== undefined) return fromTensorProto(tensor);
    const node = this.producerOf(value);
    const attribute = node?.op === 'Constant' ? node.attribute('value') : undefined;
    return attribute !== undefined && 'tensor' in attribute ? attribute.tensor : undefined;
  }

  /** Makes a value an output of the graph, whose type the runtime finds. */
  expose(value: string): void {
    if (!this.outputs.includes(value)) this.#graph.output.push(create(ValueInfoProtoSchema, { name: value }));
  }

  /**
   * Puts an operator behind an output: what it makes of a constant and the output's value, in this order, is the output
   * from now on. Gives its name, which is new, so that whatever else reads the value still has it. The operator must be
   * one that keeps type and shape.
   * @throws KitError 'internal' where the graph has no such output.
   */
  putBehind(output: string, op: string, constant: OnnxTensor): string {
    const declared = this.#graph.output.find(({ name }) => name === output);
    if (declared === undefined) throw new KitError('internal', `The graph has no output "${output}".`);
    const [operand, result] = [this.#unused(`${output}_operand`), this.#unused(`${output}_${op}`)];
    const tensor = toTensorProto(operand, constant);
    this.#graph.initializer.push(tensor);
    this.#initializers.set(operand, tensor);
    this.#graph.node.push(create(NodeProtoSchema, { opType: op, input: [operand, output], output: [result] }));
    declared.name = result;
    const isOwn = ({ domain }: { readonly domain: string }): boolean => domain === '' || domain === 'ai.onnx';
    // A graph of trees alone need not say which of ONNX's own operators it takes.
    if (!this.#model.opsetImport.some(isOwn)) {
      this.#model.opsetImport.push(create(OperatorSetIdProtoSchema, { domain: '', version: OWN_OPSET }));
    }
    return result;
  }

  #unused(stem: string): string {
    const { input, initializer, node } = this.#graph;
    const taken = new Set(
      [...input, ...initializer].map(({ name }) => name).concat(node.flatMap((each) => each.output)),
    );
    let name = stem;
    for (let number = 2; taken.has(name); number += 1) name = `${stem}_${number}`;
    return name;
  }

  /**
   * Takes off the ZipMaps at the end of the graph, which turn a tensor of class scores into a list of maps: the tensor
   * itself becomes the output of that name. Gives the labels of each.
   */
  removeZipMaps(): ReadonlyMap<string, readonly (string | number)[]> {
    const removed = new Map<string, readonly (string | number)[]>();
    for (const output of this.#graph.output) {
      const node = this.#graph.node.find((each) => each.opType === 'ZipMap' && each.output.includes(output.name));
      if (node === undefined) continue;
      const zipMap = new OnnxNode(node);
      const labels = zipMap.strings('classlabels_strings');
      removed.set(output.name, labels.length > 0 ? labels : zipMap.ints('classlabels_int64s'));
      node.opType = 'Identity';
      node.domain = '';
      node.attribute = [];
      // The runtime finds it.
      delete output.type;
    }
    return removed;
  }

  toBytes(): Uint8Array {
    return toBinary(ModelProtoSchema, this.#model);
  }
}

function describe({ name, type }: ValueInfoProto): ValueDescription {
  const tensor = type?.tensorType;
  return {
    name,
    type: tensor && elementType(tensor.elemType),
    shape: tensor?.shape?.dim.map(({ dimValue, dimParam }) => (dimParam === '' ? Number(dimValue) : dimParam)),
  };
}
