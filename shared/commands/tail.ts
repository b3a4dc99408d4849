import { once } from 'node:events';
import { KitError } from '#shared/errors';
import type { Cluster, ConsumedRecord } from '#shared/kafka';
import { connectSchemas } from '#shared/schema';
import { exitCodeOf } from './exit-code.js';
import { joinCluster } from './joined-cluster.js';
import { MergedReader, type Stretch } from './merged-reader.js';
import { RecordDecoder } from './record-decoder.js';
import { type DecodedRecord, humanLine, jsonLine, type LineStyle } from './record-lines.js';
import { listenForShutdown } from './shutdown.js';
import { type From, parseTailOptions, type TailOptions, tailHelp } from './tail-options.js';
import { createTerminal } from './terminal.js';
import { stretchesOf } from './topic-stretches.js';

/** On a terminal nobody wants to scroll over more of one value. */
const MOST_CHARACTERS = 1_000;
const POLL_MS = 200;
/** Lines go out together, so many characters at a time. */
const WRITTEN_TOGETHER = 65_536;

const verbose = process.argv.includes('--verbose');
// What is said of the command; records are the data.
const terminal = createTerminal({ dataOnStdout: true, verbose });
const screen = createTerminal({ dataOnStdout: false, verbose });
const { signal } = listenForShutdown(false);
try {
  const options = parseTailOptions(process.argv.slice(2), process.env);
  if (options === undefined) screen.say(tailHelp.trimEnd());
  else await tail(options);
} catch (error) {
  terminal.error(error);
  process.exitCode = exitCodeOf(KitError.from(error).code);
}

async function tail(options: TailOptions): Promise<void> {
  const { topic, verbose: isVerbose, registry } = options;
  const cluster = await joinCluster(options.cluster, { clientId: 'tail', verbose: isVerbose, suggestsBroker: true });
  try {
    const stretches = await stretchesOf(cluster, topic, options.from);
    const decoder = new RecordDecoder(connectSchemas({ ...registry, readable: true }), (sentence) =>
      terminal.say(`${sentence}. Values of schemas that are not known yet are shown as bytes meanwhile.`),
    );
    terminal.say(introduction(options, stretches.length));
    await show(cluster, stretches, decoder, options);
  } catch (error) {
    // What was asked for when Ctrl-C came is of no interest any more.
    if (!signal.aborted) throw KitError.from(error, 'run-failed', `Reading ${topic}`);
  } finally {
    await cluster.close();
  }
}

async function show(
  cluster: Cluster,
  stretches: readonly Stretch[],
  decoder: RecordDecoder,
  { from, json, limit }: TailOptions,
): Promise<void> {
  const reader = await cluster.reader({ isolation: 'read_committed', onOutOfRange: 'earliest' });
  const merged = new MergedReader(reader, stretches);
  const style: LineStyle = {
    dim: (text) => screen.dim(text),
    mostCharacters: process.stdout.isTTY ? MOST_CHARACTERS : Number.POSITIVE_INFINITY,
  };
  const lineOf = (record: DecodedRecord): string => (json ? jsonLine(record) : humanLine(record, style));
  // Where that is not there yet, the partition is read from where it ends.
  const first = typeof from === 'object' && 'offset' in from ? from.offset : 0;
  let shown = 0;
  while (shown < limit && !signal.aborted) {
    const wanted = (await merged.poll(POLL_MS)).filter(({ offset }) => offset >= first);
    const records = wanted.slice(0, limit - shown);
    shown += records.length;
    await decoder.prepare(records.flatMap(({ key, value }) => [key, value]));
    await writeLines(records, (record) =>
      lineOf({ record, key: decoder.decode(record.key), value: decoder.decode(record.value) }),
    );
  }
}

/** Writes a line for each, and waits for whoever reads them. */
async function writeLines(
  records: readonly ConsumedRecord[],
  lineOf: (record: ConsumedRecord) => string,
): Promise<void> {
  let text = '';
  for (const [index, record] of records.entries()) {
    text += `${lineOf(record)}\n`;
    if (text.length < WRITTEN_TOGETHER && index < records.length - 1) continue;
    const isTaken = process.stdout.write(text);
    text = '';
    if (!isTaken) await once(process.stdout, 'drain', { signal });
    if (signal.aborted) return;
  }
}

function introduction({ topic, from, limit, cluster }: TailOptions, partitions: number): string {
  const end = Number.isFinite(limit) ? `ends after ${counted(limit, 'record')}` : 'Ctrl-C ends it';
  return `${topic} on ${cluster.brokers.join(', ')}, ${counted(partitions, 'partition')}, ${inWords(from)}; ${end}.`;
}

function inWords(from: From): string {
  if (from === 'beginning') return 'from the beginning on';
  if (from === 'end') return 'from its end on (--from beginning shows what is there)';
  if ('last' in from) return `the last ${counted(from.last, 'offset')} of each partition, and on`;
  return `from offset ${from.offset} of each partition on`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
