import { nodeProgram } from '../harness/load.js';
import { javaCommandLine, whyNoJavaStreams } from './java-streams.js';
import { quixCommandLine, whyNoQuix } from './quix.js';
import type { Guarantee, Rival } from './run-rival.js';

const inNode = (path: string, ...args: readonly string[]) => {
  // Node's own command line, without what the other loads of the bench are started with.
  const commandLine = nodeProgram(path, ...args).filter((part) => part !== '--expose-gc');
  return { commandLine: () => commandLine };
};

const streams = (guarantee: Guarantee, name: string): Rival => ({
  name,
  about: `shared/streams of this project, ${guarantee}`,
  guarantee,
  ...inNode('rivals/streams'),
});

const java = (guarantee: Guarantee, name: string): Rival => ({
  name,
  about: `Java Kafka Streams and onnxruntime, ${guarantee}`,
  guarantee,
  isHeavy: true,
  whyNot: whyNoJavaStreams,
  commandLine: javaCommandLine,
});

const inPython = (guarantee: Guarantee, name: string): Rival => ({
  name,
  about: `Quix Streams and onnxruntime, ${guarantee}`,
  guarantee,
  share: 0.2,
  isHeavy: true,
  whyNot: whyNoQuix,
  commandLine: quixCommandLine,
  // Of its dependencies, about their own.
  environment: { PYTHONWARNINGS: 'ignore' },
});

/** The yardstick: what a good programmer writes on kafkajs without a library, many records at a time. */
export const yardstick: Rival = {
  name: 'kafkajs-batches',
  about: 'a hand-written kafkajs loop, eachBatch, 64 rows a run, sends of 500',
  guarantee: 'at_least_once',
  ...inNode('rivals/kafkajs', 'batches'),
};

export const ours = [
  streams('at_least_once', 'streams-at-least-once'),
  streams('exactly_once', 'streams-exactly-once'),
] as const;
export const javaRivals = [
  java('at_least_once', 'java-at-least-once'),
  java('exactly_once', 'java-exactly-once'),
] as const;
export const quixRival = inPython('at_least_once', 'quix-at-least-once');

/**
 * All who do the job, by the contract of README.md. To add one, add it here. Those that are put in proportion to each other
 * stand side by side: the machine has less time to become another one between them.
 */
export const rivals: readonly Rival[] = [
  javaRivals[1],
  ours[1],
  javaRivals[0],
  ours[0],
  quixRival,
  {
    name: 'kafkajs-each',
    about: 'a hand-written kafkajs loop, eachMessage, one awaited run and send a record',
    guarantee: 'at_least_once',
    share: 0.04,
    ...inNode('rivals/kafkajs', 'each'),
  },
  yardstick,
  {
    name: 'http-batches',
    about: 'the same loop as kafkajs-batches, the model behind express',
    guarantee: 'at_least_once',
    share: 0.5,
    ...inNode('rivals/http', 'batches'),
  },
  {
    name: 'http-each',
    about: 'the same loop as kafkajs-each, the model behind express',
    guarantee: 'at_least_once',
    share: 0.02,
    ...inNode('rivals/http', 'each'),
  },
  inPython('exactly_once', 'quix-exactly-once'),
];
