export { chromiumArguments, findChromium } from './chromium.js';
export { describeOnEachKafka, describeOnRealKafka, type KafkaUnderTest } from './each-kafka.js';
export { describeOnEachRegistry, type RegistryUnderTest } from './each-registry.js';
export { type Corpus, frameCorpus, mutate } from './frame-mutator.js';
export { generateMessage, type Random, seededRandom } from './message-generator.js';
export { type ProgramProcess, startProgram } from './program-process.js';
export { startRealKafka, whyNoRealKafka } from './real-kafka.js';
export type { RealKafka } from './single-node-kafka.js';
export { WireClient } from './wire-client.js';
