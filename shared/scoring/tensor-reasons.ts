import type { OnnxFile } from '#shared/onnx';
import type { Explanation } from './explanation.js';
import type { ModelCard } from './model-card.js';
import { strongestReasons } from './strongest-reasons.js';

/** Reasons that the graph itself gives: one column an input, or a name of the card's. */
export function tensorReasons(
  card: ModelCard,
  { tensor, names = card.inputs.map(({ name }) => name) }: NonNullable<ModelCard['reasons']>,
  file: OnnxFile,
): Explanation | string {
  if (!file.outputs.includes(tensor)) return `its card names the tensor "${tensor}", which the graph does not give.`;
  return {
    method: `the output "${tensor}" of the graph`,
    tensors: [tensor],
    reasons(outputs, rows, most) {
      const contributions = outputs.get(tensor);
      return Array.from({ length: rows }, (_, row) => {
        const values = contributions?.numbers(row) ?? new Float64Array();
        return strongestReasons(values, (column) => names[column] ?? String(column), most);
      });
    },
  };
}
