export type { Attribute, Attributes } from './attributes.js';
export { type Dimension, type Domain, GraphBuilder } from './graph-builder.js';
export { OnnxFile, OnnxNode, type ValueDescription } from './onnx-file.js';
export type { ElementType, OnnxTensor } from './tensor.js';
