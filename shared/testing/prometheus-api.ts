import { z } from 'zod';
import { KitError } from '#shared/errors';

const labels = z.record(z.string(), z.string());
// Prometheus writes numbers as strings, so that NaN and infinity can be said.
const sample = z.tuple([z.number(), z.string().transform(toNumber)]);
const vector = z.array(z.object({ metric: labels, value: sample }));
const matrix = z.array(z.object({ metric: labels, values: z.array(sample) }));
const instantAnswer = z.discriminatedUnion('resultType', [
  z.object({ resultType: z.literal('vector'), result: vector }),
  z.object({ resultType: z.literal('matrix'), result: matrix }),
  z.object({ resultType: z.literal('scalar'), result: sample }),
]);
const rangeAnswer = z.object({ resultType: z.literal('matrix'), result: matrix });
const alertsAnswer = z.object({
  alerts: z.array(z.object({ labels, annotations: labels, state: z.enum(['pending', 'firing']) })),
});
const targetsAnswer = z.object({
  activeTargets: z.array(z.object({ labels, health: z.enum(['up', 'down', 'unknown']), lastError: z.string() })),
});
const rulesAnswer = z.object({
  groups: z.array(
    z.object({ rules: z.array(z.object({ name: z.string(), health: z.string(), lastError: z.string().optional() })) }),
  ),
});
const envelope = z.union([
  z.object({ status: z.literal('success'), data: z.unknown() }),
  z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() }),
]);

/** A series at one moment. */
export interface Sample {
  /** `__name__` among them, where the series has a name. */
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A series over a stretch of time. */
export interface SampleCourse {
  readonly labels: Readonly<Record<string, string>>;
  /** Seconds since 1970, and the value then; in that order. */
  readonly values: readonly (readonly [seconds: number, value: number])[];
}

export interface QueryRange {
  /** Seconds since 1970. */
  readonly from: number;
  readonly to: number;
  readonly stepSeconds: number;
}

export type ActiveAlert = z.infer<typeof alertsAnswer>['alerts'][number];
type ActiveTarget = z.infer<typeof targetsAnswer>['activeTargets'][number];
type EvaluatedRule = z.infer<typeof rulesAnswer>['groups'][number]['rules'][number];

/** What a Prometheus can be asked. Each throws KitError 'run-failed' with what Prometheus says against the question. */
export interface PrometheusApi {
  /** The series of an expression as they are now; a scalar is a series without labels, of a range the last values. */
  query(expression: string): Promise<Sample[]>;
  queryRange(expression: string, range: QueryRange): Promise<SampleCourse[]>;
  /** Alerts that are pending or firing. */
  alerts(): Promise<ActiveAlert[]>;
  targets(): Promise<ActiveTarget[]>;
  /** The rules, and how their last evaluation went (`ok`, `err` or `unknown`). */
  rules(): Promise<EvaluatedRule[]>;
}

/** @param address host:port of a running Prometheus. */
export function prometheusApi(address: string): PrometheusApi {
  const ask = async (path: string, parameters: Readonly<Record<string, string>> = {}): Promise<unknown> => {
    const url = `http://${address}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`;
    const answer = envelope.parse(await (await fetch(url)).json());
    if (answer.status === 'success') return answer.data;
    throw new KitError('run-failed', `Asking Prometheus for ${parameters.query ?? path}: ${answer.error}`);
  };
  return {
    async query(expression) {
      const answer = instantAnswer.parse(await ask('query', { query: expression }));
      if (answer.resultType === 'scalar') return [{ labels: {}, value: answer.result[1] }];
      if (answer.resultType === 'vector')
        return answer.result.map((each) => ({ labels: each.metric, value: each.value[1] }));
      return answer.result.map((each) => ({ labels: each.metric, value: each.values.at(-1)?.[1] ?? Number.NaN }));
    },
    async queryRange(expression, { from, to, stepSeconds }) {
      const range = { start: String(from), end: String(to), step: String(stepSeconds) };
      const answer = rangeAnswer.parse(await ask('query_range', { query: expression, ...range }));
      return answer.result.map(({ metric, values }) => ({ labels: metric, values }));
    },
    alerts: async () => alertsAnswer.parse(await ask('alerts')).alerts,
    targets: async () => targetsAnswer.parse(await ask('targets')).activeTargets,
    rules: async () => rulesAnswer.parse(await ask('rules')).groups.flatMap(({ rules }) => rules),
  };
}

function toNumber(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  return text === '-Inf' ? Number.NEGATIVE_INFINITY : Number(text);
}
