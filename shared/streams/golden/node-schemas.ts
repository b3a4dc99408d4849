import { z } from 'zod';
import {
  combinerSchema,
  joinerSchema,
  keyFunctionSchema,
  predicateSchema,
  recordsFunctionSchema,
  valueFunctionSchema,
  valuesFunctionSchema,
} from './function-schemas.js';

const milliseconds = z.int().nonnegative();
const source = { id: z.string(), parents: z.tuple([]), topic: z.string() };
const one = { id: z.string(), parents: z.tuple([z.string()]) };
const two = { id: z.string(), parents: z.tuple([z.string(), z.string()]) };
/** What a node that gives a table may say of its store. */
const materialized = { store: z.string().optional() };
const aggregated = { ...materialized, retention: z.literal('default').optional() };

const windowsSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('tumbling'), size: milliseconds, grace: milliseconds }),
  z.strictObject({ type: z.literal('hopping'), size: milliseconds, advance: milliseconds, grace: milliseconds }),
  z.strictObject({ type: z.literal('sliding'), difference: milliseconds, grace: milliseconds }),
  z.strictObject({ type: z.literal('session'), gap: milliseconds, grace: milliseconds }),
]);

const branchSchema = z.strictObject({ id: z.string(), predicate: predicateSchema });
const combiner = combinerSchema.optional();

/** A node of a case's topology; where an operator has several forms, its parent decides which fields are right. */
export const nodeSchema = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('stream'), ...source }),
  z.strictObject({ op: z.literal('table'), ...source, ...materialized }),
  z.strictObject({ op: z.literal('globalTable'), ...source }),
  z.strictObject({ op: z.literal('filter'), ...one, predicate: predicateSchema, ...materialized }),
  z.strictObject({ op: z.literal('filterNot'), ...one, predicate: predicateSchema, ...materialized }),
  z.strictObject({ op: z.literal('mapValues'), ...one, value: valueFunctionSchema, ...materialized }),
  z.strictObject({ op: z.literal('map'), ...one, key: keyFunctionSchema, value: valueFunctionSchema }),
  z.strictObject({ op: z.literal('selectKey'), ...one, key: keyFunctionSchema }),
  z.strictObject({ op: z.literal('flatMapValues'), ...one, values: valuesFunctionSchema }),
  z.strictObject({ op: z.literal('flatMap'), ...one, records: recordsFunctionSchema }),
  z.strictObject({ op: z.literal('merge'), ...two }),
  z.strictObject({ op: z.literal('split'), ...one, branches: z.array(branchSchema), defaultId: z.string().nullable() }),
  z.strictObject({ op: z.literal('repartition'), ...one }),
  z.strictObject({ op: z.literal('toTable'), ...one, ...materialized }),
  z.strictObject({ op: z.literal('toStream'), ...one }),
  z.strictObject({ op: z.literal('groupByKey'), ...one }),
  z.strictObject({ op: z.literal('groupBy'), ...one, key: keyFunctionSchema, value: valueFunctionSchema.optional() }),
  z.strictObject({
    op: z.literal('windowedBy'),
    ...one,
    windows: windowsSchema,
    emit: z.literal('onWindowClose').optional(),
  }),
  z.strictObject({ op: z.literal('count'), ...one, ...aggregated }),
  // A grouped stream has a reducer, a grouped table adder and subtractor.
  z.strictObject({
    op: z.literal('reduce'),
    ...one,
    reducer: combiner,
    adder: combiner,
    subtractor: combiner,
    ...aggregated,
  }),
  // A grouped stream has an aggregator, in session windows also a merger, a grouped table adder and subtractor.
  z.strictObject({
    op: z.literal('aggregate'),
    ...one,
    init: z.union([z.int(), z.string(), z.null()]),
    aggregator: combiner,
    merger: combiner,
    adder: combiner,
    subtractor: combiner,
    ...aggregated,
  }),
  z.discriminatedUnion('until', [
    z.strictObject({ op: z.literal('suppress'), ...one, until: z.literal('windowCloses') }),
    z.strictObject({
      op: z.literal('suppress'),
      ...one,
      until: z.literal('timeLimit'),
      ms: milliseconds,
      maxRecords: z.int().positive().optional(),
    }),
  ]),
  z.strictObject({
    op: z.literal('streamStreamJoin'),
    ...two,
    type: z.enum(['inner', 'left', 'outer']),
    // One of the two may lie on the other side of the record: a window that begins after it.
    windows: z.strictObject({ before: z.int(), after: z.int(), grace: milliseconds }),
    joiner: joinerSchema,
  }),
  z.strictObject({ op: z.literal('streamTableJoin'), ...two, type: z.enum(['inner', 'left']), joiner: joinerSchema }),
  z.strictObject({
    op: z.literal('streamGlobalTableJoin'),
    ...two,
    type: z.enum(['inner', 'left']),
    key: keyFunctionSchema,
    joiner: joinerSchema,
  }),
  z.strictObject({
    op: z.literal('tableTableJoin'),
    ...two,
    type: z.enum(['inner', 'left', 'outer']),
    joiner: joinerSchema,
    ...materialized,
  }),
  z.strictObject({
    op: z.literal('foreignKeyJoin'),
    ...two,
    type: z.enum(['inner', 'left']),
    foreignKey: keyFunctionSchema,
    joiner: joinerSchema,
    ...materialized,
  }),
  z.strictObject({
    op: z.literal('processorCountPunctuate'),
    ...one,
    type: z.enum(['stream', 'wallClock']),
    intervalMs: z.int().positive(),
    reset: z.boolean(),
  }),
  z.strictObject({ op: z.literal('to'), ...one, topic: z.string() }),
]);

export type CaseNode = z.infer<typeof nodeSchema>;

/** A node of one operator. */
export type NodeOf<Op extends CaseNode['op']> = Extract<CaseNode, { op: Op }>;
