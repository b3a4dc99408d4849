export { type Alerting, startAlerting } from './alerting.js';
export { type Alertmanager, startAlertmanager } from './alertmanager.js';
export { type BoundProcess, startBoundProcess } from './bound-process.js';
export { type BrokerProgram, startBrokerProgram } from './broker-program.js';
export { hasClient, runClient } from './client-run.js';
export { type CommittedRecord, CommittedRecords } from './committed-records.js';
export { boardBeyondSight, cutTexts } from './cut-texts.js';
export { type DemoExpectations, type DemoReport, reportOn, specifyDemo } from './demo-contract.js';
export { type DemoInBrowser, openDemoInBrowser } from './demo-in-browser.js';
export { expectedCounts, expectedIdsOf, undisturbed } from './demo-inputs.js';
export { specifyDemoOnKafka } from './demo-kafka-contract.js';
export { openDemoSwitches } from './demo-switches.js';
export {
  describeOnEachKafka,
  describeOnEachKafkaAlone,
  describeOnRealKafka,
  type KafkaUnderTest,
} from './each-kafka.js';
export { describeOnEachRegistry, type RegistryUnderTest } from './each-registry.js';
export { startEmbeddedBroker } from './embedded-broker.js';
export { startEmbeddedSwitches } from './embedded-switches.js';
export { type FaultStage, openFaultStage } from './fault-stage.js';
export { type Corpus, frameCorpus, mutate } from './frame-mutator.js';
export { freePort } from './free-port.js';
export { describeInBrowser, openPage, seriousFindings, seriousFindingsInBothSchemes } from './in-browser.js';
export { type KafkaCluster, type KafkaNode, startKafkaCluster } from './kafka-cluster.js';
export { kafkaJars, missingForKafkaJars } from './kafka-jars.js';
export { startKafkaProcess } from './kafka-process.js';
export { makeTopic } from './make-topic.js';
export { downloaded, type JavaProgram, java, missingFor } from './maven-cache.js';
export { generateMessage, type Random, seededRandom } from './message-generator.js';
export { type AfterTakeover, killedInMidStream, type MidStreamKill, TAKEOVER_PATIENCE_MS } from './mid-stream-kill.js';
export { type ProgramProcess, startProgram } from './program-process.js';
export { type Prometheus, type ScrapeTarget, startPrometheus } from './prometheus.js';
export type { ActiveAlert, QueryRange, Sample, SampleCourse } from './prometheus-api.js';
export { describeWithPrometheus, prometheusProgram } from './prometheus-programs.js';
export { alertsOf, readRuleFiles } from './prometheus-rules.js';
export { startRealKafka, whyNoRealKafka } from './real-kafka.js';
export { describeOnSecuredCluster, type SecuredClusterUnderTest } from './secured-cluster.js';
export { DEFAULT_REPLICATION_FACTOR, SESSION_MS } from './secured-kafka.js';
export { seenAlerts } from './seen-alerts.js';
export type { RealKafka } from './single-node-kafka.js';
export { writeSumModel } from './sum-model.js';
export { type NotifiedAlert, startWebhook, type Webhook } from './webhook.js';
export { WireClient } from './wire-client.js';
