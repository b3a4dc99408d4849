import type { GoldenCase, OutputRecord, RecordedKey, StoredRecord } from './case.js';

/** What a topology did with a case's input. */
export interface CaseResult {
  readonly output: readonly OutputRecord[];
  readonly stores: Readonly<Record<string, readonly StoredRecord[]>>;
  readonly dropped: number;
  readonly drops: { readonly null: number; readonly expired: number };
}

/** Says in a line where a result first differs from what Kafka Streams gave; undefined where it does not. */
export function firstDifference(golden: GoldenCase, result: CaseResult): string | undefined {
  return (
    outputDifference(golden, result.output) ??
    storesDifference(golden.stores, result.stores) ??
    dropsDifference(golden, result)
  );
}

function outputDifference(golden: GoldenCase, output: readonly OutputRecord[]): string | undefined {
  const topics = golden.topology.flatMap((node) => (node.op === 'to' ? [node.topic] : []));
  const grouped = output.toSorted((a, b) => a.step - b.step || topics.indexOf(a.topic) - topics.indexOf(b.topic));
  const [expected, got] = golden.features.includes('multiRepartition')
    ? [unordered(golden.output), unordered(grouped)]
    : [golden.output, grouped];
  const length = Math.max(expected.length, got.length);
  for (let i = 0; i < length; i++) {
    const [wanted, found] = [expected[i], got[i]];
    if (wanted !== undefined && found !== undefined && recordText(wanted) === recordText(found)) continue;
    const step = Math.min(wanted?.step ?? Number.POSITIVE_INFINITY, found?.step ?? Number.POSITIVE_INFINITY);
    return difference(`step ${step}`, ofStep(expected, step), ofStep(got, step));
  }
  return undefined;
}

/** Within each step by their text, so that two multisets are equal where the lists are. */
function unordered(output: readonly OutputRecord[]): OutputRecord[] {
  return output.toSorted((a, b) => a.step - b.step || (recordText(a) < recordText(b) ? -1 : 1));
}

function ofStep(output: readonly OutputRecord[], step: number): string[] {
  return output.filter((record) => record.step === step).map((record) => `${record.topic} ${entryText(record)}`);
}

function storesDifference(golden: GoldenCase['stores'], result: CaseResult['stores']): string | undefined {
  const names = Object.keys(golden).join(', ') || 'none';
  const found = Object.keys(result).join(', ') || 'none';
  if (names !== found) return `stores: expected ${names}; got ${found}`;
  for (const [name, rows] of Object.entries(golden)) {
    const [expected, got] = [rows.map(entryText), (result[name] ?? []).map(entryText)];
    if (expected.join('\n') !== got.join('\n')) return difference(`store ${name}`, expected, got);
  }
  return undefined;
}

function dropsDifference({ dropped, drops }: GoldenCase, result: CaseResult): string | undefined {
  const counts: [what: string, expected: number | undefined, got: number][] = [
    ['dropped', dropped, result.dropped],
    ['dropped for a null', drops?.null, result.drops.null],
    ['dropped as expired', drops?.expired, result.drops.expired],
  ];
  const wrong = counts.find(([, expected, got]) => expected !== undefined && expected !== got);
  return wrong && `${wrong[0]}: expected ${wrong[1]}; got ${wrong[2]}`;
}

/** Says what was expected somewhere and what was there instead, both shortened. */
export function difference(where: string, expected: readonly string[], got: readonly string[]): string {
  return `${where}: expected ${listed(expected)}; got ${listed(got)}`;
}

function listed(entries: readonly string[]): string {
  if (entries.length === 0) return 'nothing';
  const more = entries.length - 8;
  return more > 0 ? `${entries.slice(0, 8).join(', ')} and ${more} more` : entries.join(', ');
}

function recordText(record: OutputRecord): string {
  return `${record.step} ${record.topic} ${entryText(record)}`;
}

/** key=value@timestamp, keys and values as JSON has them. */
export function entryText({ key, value, timestamp }: StoredRecord): string {
  return `${keyText(key)}=${JSON.stringify(value)}@${timestamp}`;
}

/** A key as JSON has it, a windowed one with its window behind. */
export function keyText(key: RecordedKey): string {
  return key === null || typeof key === 'string' ? JSON.stringify(key) : `${keyText(key.key)}[${key.start},${key.end}]`;
}
