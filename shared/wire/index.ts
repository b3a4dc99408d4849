export * as apis from './api/index.js';
export {
  type Api,
  decodeRequest,
  decodeResponse,
  encodeRequest,
  encodeResponse,
  peekRequest,
  type RequestHeader,
  type RequestOf,
  type ResponseInputOf,
} from './api.js';
export { BatchBuilder, type NewRecord, type RecordHeader } from './batch-builder.js';
export { decompress } from './compression/decompress.js';
export { buildMarkerBatch, readMarkerBatch, type TransactionMarker } from './control-batch.js';
export { crc32c } from './crc32c.js';
export { errorCode } from './error-code.js';
export { type Fields, type InputOf, noUuid, type ValueOf } from './field.js';
export { FrameSplitter, maxFrameBytes } from './frame.js';
export {
  attribute,
  type BatchHeader,
  batchHeaderBytes,
  type Compression,
  compressionOf,
  hasValidCrc,
  placeBatch,
  readBatchHeader,
  readMagic,
  stampBatch,
} from './record-batch.js';
export {
  type BatchOptions,
  buildBatch,
  type LogRecord,
  readRecords,
  rebuildBatch,
} from './records.js';
