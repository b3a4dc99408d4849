import type { ImportedModel } from './imported-model.js';
import { importOnnx } from './onnx/import-onnx.js';
import { importPmml } from './pmml/index.js';
import { importRGlm } from './r-glm/index.js';
import { importSpark } from './spark/index.js';

/** By format: what makes a model of a file, or of a folder. */
export const importers = {
  pmml: importPmml,
  spark: importSpark,
  'r-glm': importRGlm,
  onnx: importOnnx,
} as const satisfies Record<string, (path: string) => Promise<ImportedModel>>;
