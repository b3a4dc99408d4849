import { create } from '@bufbuild/protobuf';
import { type AttributeProto, AttributeProtoSchema, AttributeProto_AttributeType as AttributeType } from './onnx_pb.js';
import { fromTensorProto, type OnnxTensor, toTensorProto } from './tensor.js';

/** An attribute of a node, its type said: 1 may be meant as a float or as an integer. */
export type Attribute =
  | { readonly float: number }
  | { readonly int: number }
  | { readonly string: string }
  | { readonly floats: readonly number[] }
  | { readonly ints: readonly number[] }
  | { readonly strings: readonly string[] }
  | { readonly tensor: OnnxTensor };

export type Attributes = Readonly<Record<string, Attribute>>;

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

export function toAttributeProto(name: string, attribute: Attribute): AttributeProto {
  const of = (type: AttributeType, fields: object): AttributeProto =>
    create(AttributeProtoSchema, { name, type, ...fields });
  if ('float' in attribute) return of(AttributeType.FLOAT, { f: attribute.float });
  if ('int' in attribute) return of(AttributeType.INT, { i: BigInt(attribute.int) });
  if ('string' in attribute) return of(AttributeType.STRING, { s: bytesOf(attribute.string) });
  if ('floats' in attribute) return of(AttributeType.FLOATS, { floats: [...attribute.floats] });
  if ('ints' in attribute) return of(AttributeType.INTS, { ints: attribute.ints.map(BigInt) });
  if ('strings' in attribute) return of(AttributeType.STRINGS, { strings: attribute.strings.map(bytesOf) });
  return of(AttributeType.TENSOR, { t: toTensorProto(name, attribute.tensor) });
}

/** Undefined for an attribute of another kind, such as a graph. */
export function fromAttributeProto(attribute: AttributeProto): Attribute | undefined {
  switch (attribute.type) {
    case AttributeType.FLOAT:
      return { float: attribute.f };
    case AttributeType.INT:
      return { int: Number(attribute.i) };
    case AttributeType.STRING:
      return { string: textOf(attribute.s) };
    case AttributeType.FLOATS:
      return { floats: attribute.floats };
    case AttributeType.INTS:
      return { ints: attribute.ints.map(Number) };
    case AttributeType.STRINGS:
      return { strings: attribute.strings.map(textOf) };
    case AttributeType.TENSOR:
      return attribute.t && { tensor: fromTensorProto(attribute.t) };
    default:
      return undefined;
  }
}
