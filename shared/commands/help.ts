import type { AnyDemo } from './demo-definition.js';

/** What demos there are, for people. */
export function demoList(demos: readonly AnyDemo[]): string {
  const width = Math.max(...demos.map(({ name }) => name.length)) + 2;
  const entry = (name: string, sentence: string): string =>
    `  ${name.padEnd(width)}${sentence}\n  ${' '.repeat(width)}npm run demo -- ${name}\n`;
  return `Usage: npm run demo -- NAME [options]

${demos.map(({ name, dashboard }) => entry(name, dashboard.subtitle)).join('\n')}
${entry('all', 'All of them side by side, on one cluster and with one page.')}
What options there are: npm run demo -- NAME --help
`;
}

/** The options of all demos together, for people. */
export function allDemosHelp(names: readonly string[]): string {
  return `Usage: npm run demo -- all [options]

Runs ${names.join(', ')} side by side: on one embedded Kafka, or on the cluster
that --brokers names, with one server of their pages. The options are those of a demo
(npm run demo -- ${names[0]} --help), and hold for each; --report writes an array, one
report a demo. --model is for one demo, and so is --only, but for --only monitor.

Example: npm run -s demo -- all --records 20000 --rate 0 --headless --report r.json
`;
}

/** The options of a demo, for people. */
export function demoHelp(demo: string, paceInWords: string): string {
  return `Usage: npm run demo:${demo} -- [options]

  --records N       produce N records of the main input, wait until each is accounted for,
                    print the report, exit                     (default: run until Ctrl-C)
  --rate R          main records per second; 0 = as fast as possible
                                                  (default: ${paceInWords})
  --guarantee G     exactly_once or at_least_once                 (default: exactly_once)
  --only ROLE       producer, scorer, dashboard or monitor alone; without --brokers it joins
                    127.0.0.1:9092 and 8081, which npm run broker serves    (default: all)
  --namespace NS    prefix of topics and groups, so that many share one cluster
  --host H          address of the live page                          (default: 127.0.0.1)
  --port P          port of the live page; 0 = any free one; a taken one gives way to the
                    next free one                                          (default: 4000)
                    with --only scorer: port of /metrics, /healthz and /readyz of that
                    process alone                                          (default: none)
  --broker-port P   port of the embedded broker; 0 = any free one  (default: 9092 if free)
  --headless        no live page; /metrics stays where --port is given
  --controls C      on or off: whether the live page may change things: switch faults, set the
                    pace, publish models; on lets everybody who sees the page
                                    (default: on, where --host is this machine's own address)
  --end-with-scorer end when the scorer does, but where a switch kills it, for whoever then
                    starts both again; otherwise the live page stays, and another scorer can
                    take its place
  --monitoring M    on or off: count what producers and scorers do, and audit delivery, the
                    model's quality and its inputs' drift beside the scorer
                                            (default: on, where page or /metrics is served)
  --report FILE     write the run report as JSON; - = standard output, everything else
                    then goes to standard error
  --brokers LIST    use this Kafka cluster, host:port,…  (or KAFKA_BROKERS; default: embedded)
  --registry URL    its Schema Registry                           (or SCHEMA_REGISTRY_URL)
  --data-dir DIR    keep the embedded Kafka's log and schemas there   (default: in memory)
  --model DIR       begin with this model folder; what is published later is taken all the same
                    (default: the active version of the topic models, otherwise the demo's own)
  --seed S          for whatever is random                                    (default: 1)
  --verbose         stack traces and the Kafka client's log
  --help            this text

Example: npm run -s demo:${demo} -- --records 5000 --rate 0 --headless --report -

A secured cluster, by environment: KAFKA_SSL=true or KAFKA_SSL_CA=FILE (PEM);
KAFKA_SASL_MECHANISM (plain, scram-sha-256 or scram-sha-512) with KAFKA_SASL_USERNAME and
KAFKA_SASL_PASSWORD; SCHEMA_REGISTRY_CA=FILE; SCHEMA_REGISTRY_USERNAME and _PASSWORD.

Exit codes: 0 done; 1 the run failed; 2 the command line or a file that it names is wrong.
`;
}
