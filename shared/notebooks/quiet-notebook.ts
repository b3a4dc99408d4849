interface Output {
  readonly output_type: string;
  readonly name?: string;
  text?: string | string[];
  data?: Record<string, unknown>;
}

/**
 * An executed notebook (nbformat 4, JSON) without what says nothing about the model: warnings and logs on standard error,
 * tables as HTML where they are there as text, which Markdown shows better, and where the kernel happened to part what was
 * printed into pieces, by which pictures are numbered.
 */
export function withoutNoise(ipynb: string): string {
  const notebook = JSON.parse(ipynb) as { cells: { outputs?: Output[] }[] };
  for (const cell of notebook.cells) {
    if (cell.outputs !== undefined) cell.outputs = quiet(cell.outputs);
  }
  return JSON.stringify(notebook);
}

function quiet(outputs: readonly Output[]): Output[] {
  const kept: Output[] = [];
  for (const output of outputs) {
    const isPrinted = output.output_type === 'stream';
    if (isPrinted && output.name === 'stderr') continue;
    const before = kept.at(-1);
    if (isPrinted && before?.output_type === 'stream') before.text = textOf(before) + textOf(output);
    else kept.push(output);
    if (output.data !== undefined && 'text/plain' in output.data) delete output.data['text/html'];
  }
  return kept;
}

const textOf = ({ text = '' }: Output): string => (typeof text === 'string' ? text : text.join(''));
