interface Output {
  readonly output_type: string;
  readonly name?: string;
  data?: Record<string, unknown>;
}

/**
 * An executed notebook (nbformat 4, JSON) without what says nothing about the model: warnings and logs on standard error,
 * and tables as HTML where they are there as text, which Markdown shows better.
 */
export function withoutNoise(ipynb: string): string {
  const notebook = JSON.parse(ipynb) as { cells: { outputs?: Output[] }[] };
  for (const cell of notebook.cells) {
    if (cell.outputs === undefined) continue;
    cell.outputs = cell.outputs.filter(({ output_type, name }) => output_type !== 'stream' || name !== 'stderr');
    for (const { data } of cell.outputs) {
      if (data !== undefined && 'text/plain' in data) delete data['text/html'];
    }
  }
  return JSON.stringify(notebook);
}
