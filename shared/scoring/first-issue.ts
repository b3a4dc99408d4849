import type { z } from 'zod';

/** The first thing that is wrong with a file's JSON, and where: `inputs[2].type: …`. */
export function firstIssue({ issues: [issue] }: z.ZodError): string {
  if (issue === undefined) return 'it does not parse';
  const path = issue.path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  const where = path.replace(/^\./, '');
  return where === '' ? issue.message : `at "${where}": ${issue.message}`;
}
