import { create, toBinary } from '@bufbuild/protobuf';
import { type Attributes, toAttributeProto } from './attributes.js';
import {
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from './onnx_pb.js';
import { type ElementType, elementCode, type OnnxTensor, toTensorProto } from './tensor.js';

/** The operator sets that are written: those that onnxruntime-node and every other runtime of these years has. */
const OPSETS = { '': 17, 'ai.onnx.ml': 3 } as const;
const IR_VERSION = 8;

export type Domain = keyof typeof OPSETS;

/** A dimension: a size, or a name for what is known when the graph runs, such as "N". */
export type Dimension = number | string;

/** Writes an ONNX graph node by node. Values are called by their names, which the methods give back. */
export class GraphBuilder {
  readonly #graph: GraphProto;
  readonly #constants = new Map<string, string>();
  readonly #taken = new Set<string>();

  constructor(name: string) {
    this.#graph = create(GraphProtoSchema, { name });
  }

  /** Declares an input of the graph. */
  input(name: string, type: ElementType, shape: readonly Dimension[]): string {
    this.#taken.add(name);
    this.#graph.input.push(valueInfo(name, type, shape));
    return name;
  }

  /** A constant tensor; the same values are stored once. Without a shape it is a vector. */
  constant(
    type: ElementType,
    values: readonly number[] | readonly string[],
    shape: readonly number[] = [values.length],
  ): string {
    const tensor: OnnxTensor = { type, shape, values };
    // JSON knows neither infinities nor NaN nor -0.
    const key = JSON.stringify([type, shape, values.map((value) => (Object.is(value, -0) ? '-0' : String(value)))]);
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const name = this.#fresh('constant');
    this.#graph.initializer.push(toTensorProto(name, tensor));
    this.#constants.set(key, name);
    return name;
  }

  /** A node with one output, which is named by `output` or anew. An input "" is one that is left out. */
  node(
    op: string,
    inputs: readonly string[],
    attributes: Attributes = {},
    { domain = '', output }: { readonly domain?: Domain; readonly output?: string } = {},
  ): string {
    const [name = ''] = this.nodes(op, inputs, attributes, { domain, outputs: [output ?? this.#fresh(op)] });
    return name;
  }

  /** A node with several outputs of these names. */
  nodes(
    op: string,
    inputs: readonly string[],
    attributes: Attributes,
    { domain = '', outputs }: { readonly domain?: Domain; readonly outputs: readonly string[] },
  ): string[] {
    for (const output of outputs) this.#taken.add(output);
    const attribute = Object.entries(attributes).map(([name, value]) => toAttributeProto(name, value));
    const node = create(NodeProtoSchema, { opType: op, domain, input: [...inputs], output: [...outputs], attribute });
    this.#graph.node.push(node);
    return [...outputs];
  }

  /** Declares a value as an output of the graph; it must be called `name` already. */
  output(name: string, type: ElementType, shape: readonly Dimension[]): void {
    this.#graph.output.push(valueInfo(name, type, shape));
  }

  toBytes(): Uint8Array {
    const opsetImport = Object.entries(OPSETS).map(([domain, version]) => ({ domain, version: BigInt(version) }));
    return toBinary(
      ModelProtoSchema,
      create(ModelProtoSchema, {
        irVersion: BigInt(IR_VERSION),
        producerName: 'kafka-ml-demos',
        graph: this.#graph,
        opsetImport,
      }),
    );
  }

  #fresh(stem: string): string {
    for (let number = this.#taken.size; ; number += 1) {
      const name = `${stem}_${number}`;
      if (this.#taken.has(name)) continue;
      this.#taken.add(name);
      return name;
    }
  }
}

function valueInfo(name: string, type: ElementType, shape: readonly Dimension[]): ValueInfoProto {
  const dim = shape.map((size) => (typeof size === 'number' ? { dimValue: BigInt(size) } : { dimParam: size }));
  return create(ValueInfoProtoSchema, { name, type: { tensorType: { elemType: elementCode(type), shape: { dim } } } });
}
