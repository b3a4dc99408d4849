import { create } from '@bufbuild/protobuf';
import { KitError } from '#shared/errors';
import {
  TensorProto_DataLocation as DataLocation,
  TensorProto_DataType as DataType,
  type TensorProto,
  TensorProtoSchema,
} from './onnx_pb.js';

/** The element types of ONNX that are written and read here. */
export type ElementType = 'float' | 'double' | 'int64' | 'int32' | 'bool' | 'string';

/** A tensor's values in row-major order; booleans are 0 and 1, an int64 beyond ±2^53 loses its last digits. */
export interface OnnxTensor {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly values: readonly number[] | readonly string[];
}

const CODES: Readonly<Record<ElementType, DataType>> = {
  float: DataType.FLOAT,
  double: DataType.DOUBLE,
  int64: DataType.INT64,
  int32: DataType.INT32,
  bool: DataType.BOOL,
  string: DataType.STRING,
};

/** ONNX's number for an element type. */
export const elementCode = (type: ElementType): DataType => CODES[type];

/** The element type of ONNX's number; undefined for those that are not read here. */
export function elementType(code: number): ElementType | undefined {
  return (Object.keys(CODES) as ElementType[]).find((type) => CODES[type] === code);
}

/** @throws KitError 'internal' where there are not as many values as the shape has places. */
export function toTensorProto(name: string, { type, shape, values }: OnnxTensor): TensorProto {
  const places = shape.reduce((product, size) => product * size, 1);
  if (places !== values.length) {
    throw new KitError('internal', `The tensor ${name} of shape [${shape.join(', ')}] got ${values.length} values.`);
  }
  const tensor = create(TensorProtoSchema, { name, dataType: CODES[type], dims: shape.map(BigInt) });
  if (type === 'string') tensor.stringData = values.map((value) => new TextEncoder().encode(String(value)));
  else tensor.rawData = rawNumbers(type, values.map(Number));
  return tensor;
}

const BYTES = { float: 4, double: 8, int64: 8, int32: 4, bool: 1 } as const;

function rawNumbers(type: Exclude<ElementType, 'string'>, values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * BYTES[type]);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of values.entries()) {
    const at = index * BYTES[type];
    if (type === 'float') view.setFloat32(at, value, true);
    else if (type === 'double') view.setFloat64(at, value, true);
    else if (type === 'int64') view.setBigInt64(at, BigInt(value), true);
    else if (type === 'int32') view.setInt32(at, value, true);
    else view.setUint8(at, value === 0 ? 0 : 1);
  }
  return bytes;
}

/** @throws KitError 'model-invalid' for a type that is not read here, for values in another file, or too few of them. */
export function fromTensorProto(tensor: TensorProto): OnnxTensor {
  const type = elementType(tensor.dataType);
  if (type === undefined || tensor.dataLocation === DataLocation.EXTERNAL) {
    const found = type === undefined ? `elements of ONNX's type ${tensor.dataType}` : 'its values in another file';
    throw new KitError('model-invalid', `The tensor "${tensor.name}" has ${found}; that is not read here.`);
  }
  const shape = tensor.dims.map(Number);
  const values = valuesOf(type, tensor);
  const places = shape.reduce((product, size) => product * size, 1);
  if (values.length !== places) {
    throw new KitError(
      'model-invalid',
      `The tensor "${tensor.name}" of shape [${shape.join(', ')}] has ${values.length} values; it needs ${places}.`,
    );
  }
  return { type, shape, values };
}

function valuesOf(type: ElementType, tensor: TensorProto): number[] | string[] {
  if (type === 'string') return tensor.stringData.map((bytes) => new TextDecoder().decode(bytes));
  if (tensor.rawData.length > 0) return numbersOf(type, tensor.rawData);
  if (type === 'float') return tensor.floatData;
  if (type === 'double') return tensor.doubleData;
  return type === 'int64' ? tensor.int64Data.map(Number) : tensor.int32Data;
}

function numbersOf(type: Exclude<ElementType, 'string'>, bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.length / BYTES[type]) }, (_, index) => {
    const at = index * BYTES[type];
    if (type === 'float') return view.getFloat32(at, true);
    if (type === 'double') return view.getFloat64(at, true);
    if (type === 'int64') return Number(view.getBigInt64(at, true));
    return type === 'int32' ? view.getInt32(at, true) : view.getUint8(at);
  });
}
