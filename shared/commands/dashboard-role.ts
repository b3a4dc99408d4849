import type { PredictionFields } from '#shared/dashboard';
import { createMetrics } from '#shared/metrics';
import type { ClusterAddress, DemoCluster } from './demo-cluster.js';
import type { DemoDefinition } from './demo-definition.js';
import type { DemoOptions } from './demo-options.js';
import { createDemoPage, openPages } from './demo-page.js';
import { demoFacts } from './facts.js';
import { ReportWatch } from './report-watch.js';
import { RunWatch } from './run-watch.js';
import { aborted, type Shutdown } from './shutdown.js';
import type { Terminal } from './terminal.js';
import { TopicObserver } from './topic-observer.js';

/** The live page alone: shows whatever scorers and producers put on the cluster's topics from now on. */
export async function runDashboard<I, P extends PredictionFields, O>(
  definition: DemoDefinition<I, P, O>,
  options: DemoOptions,
  address: ClusterAddress,
  demo: DemoCluster,
  terminal: Terminal,
  shutdown: Shutdown,
): Promise<void> {
  const metrics = createMetrics(definition.name);
  const page = await createDemoPage(definition, options, metrics);
  const watch = new RunWatch(definition, demo, {
    wholeRun: false,
    ...(page && { view: page.view, metrics: page.metrics }),
    onWarning: (sentence) => terminal.say(sentence),
    onNews: (sentence) => terminal.say(sentence),
  });
  const reports = options.monitoring
    ? await ReportWatch.open(definition, demo, (sentence) => terminal.say(sentence))
    : undefined;
  const from = new Map([...(await demo.cluster.endOffsets([...watch.handlers.keys()])), ...(reports?.from ?? [])]);
  const handlers = new Map([...watch.handlers, ...(reports?.handlers ?? [])]);
  const observer = await TopicObserver.start(demo.cluster, handlers, {
    urgent: watch.urgent,
    from,
    onWarning: (sentence) => terminal.say(sentence),
  });
  const facts = demoFacts(definition, demo, {
    mode: 'cluster',
    brokers: address.cluster.brokers.join(','),
    registry: address.registry.url,
    guarantee: options.guarantee,
  });
  const say = (sentence: string): void => terminal.say(sentence);
  const shown = page?.shown({ watch, reports, facts: () => facts, demo, registry: address.registry, say });
  const dashboard = shown && (await openPages([shown], metrics, options, terminal));
  terminal.say(`The live page is at ${dashboard?.url ?? ''}; Ctrl-C ends it.`);
  try {
    await Promise.race([observer.finished, aborted(shutdown.signal)]);
  } finally {
    await dashboard?.close();
    await observer.close();
  }
}
