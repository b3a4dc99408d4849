import { KitError } from '#shared/errors';
import type { Cluster } from '#shared/kafka';
import { type ScorerStatus, statusTopic } from '#shared/monitoring';
import { connectSchemas, type SchemaRegistryOptions } from '#shared/schema';
import type { ActiveChange, Role } from '#shared/scoring';

interface Question {
  readonly role: Role;
  readonly change: ActiveChange;
  readonly say: (sentence: string) => void;
  readonly signal: AbortSignal;
}

/** The demo's scorers, of whose heartbeats none since this was made is missed. */
interface Scorers {
  /** Says what each scorer that is heard of makes of a publication. Gives 1 where one refused it. */
  answer(question: Question): Promise<0 | 1>;
}

/** Heartbeats come once a second; loading a large model takes its time. */
const HEARD_WITHIN_MS = 3_000;
const ANSWERED_WITHIN_MS = 60_000;

/** To be made before something is published. */
export async function awaitScorers(
  cluster: Cluster,
  registry: SchemaRegistryOptions,
  topic: string,
  demo: string,
): Promise<Scorers> {
  const [offset] = (await cluster.partitionCounts([topic])).has(topic)
    ? ((await cluster.endOffsets([topic])).get(topic) ?? [])
    : [];
  return {
    async answer(question) {
      if (offset === undefined) {
        question.say(`No scorer of ${demo} has run on this cluster; the first one begins with it.`);
        return 0;
      }
      const heartbeats = connectSchemas(registry).deserializer<ScorerStatus>({ reader: statusTopic(demo).schema });
      const reader = await cluster.reader({ isolation: 'read_committed', onOutOfRange: 'earliest' });
      try {
        reader.seek([{ topic, partition: 0, offset }]);
        return await listen(question, async () => {
          const records = (await reader.poll(200)).flatMap((chunk) => chunk.records);
          await heartbeats.prepare(records.map(({ value }) => value));
          return records.flatMap(({ value }) => (value === null ? [] : [heartbeats.decode(value)]));
        });
      } catch (error) {
        question.say(`Whether scorers took it is not known: ${KitError.from(error).message}`);
        return 0;
      } finally {
        await reader.close();
      }
    },
  };
}

/** What is said of a change that is written, where it is not known that all can read it. */
export function unconfirmedInWords(reason: string): string {
  return `That is written for good; whether scorers can read it already is not known. ${reason}`;
}

async function listen(
  { role, change, say, signal }: Question,
  poll: () => Promise<readonly ScorerStatus[]>,
): Promise<0 | 1> {
  const begun = performance.now();
  const waiting = new Set<string>();
  const answered = new Set<string>();
  let refused = false;
  for (;;) {
    for (const status of await poll()) {
      if (answered.has(status.instance) || status.state === 'NOT_RUNNING') continue;
      const answer = answerOf(status, role, change);
      waiting.add(status.instance);
      if (answer === undefined) continue;
      waiting.delete(status.instance);
      answered.add(status.instance);
      refused ||= answer.refused;
      say(`Scorer ${status.instance} ${answer.sentence}`);
    }
    const elapsed = performance.now() - begun;
    if (signal.aborted || (elapsed > HEARD_WITHIN_MS && (waiting.size === 0 || elapsed > ANSWERED_WITHIN_MS))) break;
    if (answered.size > 0 && waiting.size === 0 && elapsed > HEARD_WITHIN_MS / 2) break;
  }
  if (signal.aborted) say('Ended before it was known what the scorers make of it.');
  else if (waiting.size > 0) say(`Not heard yet of what ${[...waiting].join(', ')} made of it.`);
  else if (answered.size === 0) say('No scorer is running; the next one that starts begins with it.');
  return refused ? 1 : 0;
}

/** What a scorer's heartbeat says of a change; undefined where it says nothing of it yet. */
export function answerOf(
  { refusal, challenger, modelName, modelVersion, modelPublishedAt }: ScorerStatus,
  role: Role,
  { from, to: model, publishedAt }: ActiveChange,
): { readonly refused: boolean; readonly sentence: string } | undefined {
  if (refusal?.role === role && refusal.publishedAt === publishedAt) {
    return { refused: true, sentence: `refused it and goes on with ${modelName} ${modelVersion}: ${refusal.message}` };
  }
  if (role === 'challenger') {
    if (model === undefined) {
      if (challenger === null) return { refused: false, sentence: 'has no challenger now.' };
      const { modelName: name, modelVersion: version } = challenger;
      return name === from?.name && version === from.version
        ? undefined
        : { refused: false, sentence: `scores with its own ${name} ${version} beside ${modelName} ${modelVersion}.` };
    }
    const isThere = challenger?.modelName === model.name && challenger.modelVersion === model.version;
    return isThere ? { refused: false, sentence: `scores with it beside ${modelName} ${modelVersion}.` } : undefined;
  }
  return modelPublishedAt === (publishedAt ?? null)
    ? { refused: false, sentence: `serves ${modelName} ${modelVersion}.` }
    : undefined;
}
