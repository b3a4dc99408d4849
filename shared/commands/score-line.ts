import { KitError } from '#shared/errors';
import type { ModelRow } from '#shared/scoring';

/** What became of a row, as one line of JSON, its end included. */
export function scoreLine(row: number, result: ModelRow | KitError): string {
  if (result instanceof KitError) return errorLine(row, result);
  const { score, decision, outputs, reasons } = result;
  if (!Number.isFinite(score)) {
    return errorLine(row, new KitError('record-unscorable', `The score is ${score}, which JSON has no number for.`));
  }
  // Written out: nearly every line is of this form, and a call of JSON.stringify costs several times as much.
  let line = `{"row":${row},"score":${score},"decision":${decision === null ? 'null' : quoted(decision)}`;
  if (outputs !== undefined) line += `,"outputs":${JSON.stringify(outputs)}`;
  if (reasons !== undefined) line += `,"reasons":${JSON.stringify(reasons)}`;
  return `${line}}\n`;
}

/** Whether a line is that of a row that failed. */
export function isFailure(line: string): boolean {
  return /^\{"row":\d+,"error":/.test(line);
}

function errorLine(row: number, { code, message }: KitError): string {
  return `{"row":${row},"error":${JSON.stringify({ code, message })}}\n`;
}

// A model has few labels.
const MAX_REMEMBERED = 10_000;
const remembered = new Map<string, string>();

function quoted(text: string): string {
  const known = remembered.get(text);
  if (known !== undefined) return known;
  const json = JSON.stringify(text);
  if (remembered.size < MAX_REMEMBERED) remembered.set(text, json);
  return json;
}
