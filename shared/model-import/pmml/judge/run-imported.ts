import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ImportedModel } from '../../imported-model.js';
import type { Row } from './answer.js';

/** The output tensor of an imported graph, a list of columns a row; NaN where the graph says that there is no score. */
export async function runImported({ graph, card }: ImportedModel, rows: readonly Row[]): Promise<number[][]> {
  const session = await InferenceSession.create(graph, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  try {
    const feeds = Object.fromEntries(
      card.inputs.map(({ name, type }) => {
        const values = rows.map((row) => row[name] ?? null);
        const shape = [rows.length, 1];
        if (type === 'string')
          return [
            name,
            new Tensor(
              'string',
              values.map((value) => String(value ?? '')),
              shape,
            ),
          ];
        const numbers = values.map((value) => (value === null ? Number.NaN : Number(value)));
        return [name, new Tensor('float64', Float64Array.from(numbers), shape)];
      }),
    );
    const { [card.output.tensor]: output } = await session.run(feeds);
    if (output === undefined || !(output.data instanceof Float64Array)) {
      throw new Error(`The graph gives no doubles as ${card.output.tensor}.`);
    }
    const columns = output.dims[1] ?? 1;
    const { data } = output;
    return rows.map((_, row) => [...data.subarray(row * columns, (row + 1) * columns)]);
  } finally {
    await session.release();
  }
}
