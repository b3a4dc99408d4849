/** The options of a demo, for people. */
export function demoHelp(demo: string, paceInWords: string): string {
  return `Usage: npm run demo:${demo} -- [options]

  --records N       produce N records of the main input, wait until each is accounted for,
                    print the report, exit                     (default: run until Ctrl-C)
  --rate R          main records per second; 0 = as fast as possible
                                                  (default: ${paceInWords})
  --guarantee G     exactly_once or at_least_once                 (default: exactly_once)
  --only ROLE       producer, scorer or dashboard alone; without --brokers it joins
                    127.0.0.1:9092 and 8081, which npm run broker serves    (default: all)
  --namespace NS    prefix of topics and groups, so that many share one cluster
  --host H          address of the live page                          (default: 127.0.0.1)
  --port P          port of the live page; 0 = any free one; a taken one gives way to the
                    next free one                                          (default: 4000)
  --broker-port P   port of the embedded broker; 0 = any free one  (default: 9092 if free)
  --headless        no live page; /metrics stays where --port is given
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
