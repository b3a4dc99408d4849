import { spawn, spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { eventually, startTestBroker } from './test-broker.js';

/** A command that ran: what it wrote, and how it ended. */
interface Ran {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

function run(
  command: string,
  commandArguments: readonly string[],
  input = '',
  onOutput: (soFar: string) => void = () => undefined,
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, commandArguments, { timeout: 40_000 });
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += String(chunk);
      onOutput(output);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      errors += String(chunk);
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output, errors }));
    child.stdin.end(input);
  });
}

/** Whether a program is on this machine. Where it must be (CI), its absence is a failure; elsewhere it is said, and skipped. */
function isAvailable(name: string, command: string, commandArguments: readonly string[]): boolean {
  const found = spawnSync(command, commandArguments, { encoding: 'utf8' });
  if (found.status === 0) return true;
  const reason = found.error?.message ?? found.stderr.trim().split('\n').at(-1) ?? 'no reason given';
  if (process.env.CI === 'true') throw new Error(`${name} is needed with CI=true, and does not run: ${reason}`);
  console.warn(`Skipped: tests with ${name}, which does not run on this machine: ${reason}`);
  return false;
}

const python = process.env.CONFLUENT_KAFKA_PYTHON ?? 'python3';
const hasKcat = isAvailable('kcat', 'kcat', ['-V']);
const hasConfluent = isAvailable('confluent-kafka for Python', python, ['-c', 'import confluent_kafka']);

const topics = [{ name: 't', partitions: 1 }];
const lines = (count: number) => Array.from({ length: count }, (_, i) => `line ${i}`);

describe.skipIf(!hasKcat)('kcat', () => {
  const kcat = (
    broker: { readonly address: string },
    commandArguments: readonly string[],
    ...rest: [input?: string, onOutput?: (soFar: string) => void]
  ) => run('kcat', ['-b', broker.address, ...commandArguments], ...rest);

  it('lists the broker and its topics', async () => {
    await using test = await startTestBroker({ topics: [{ name: 'flights', partitions: 3 }] });
    const { output } = await kcat(test.broker, ['-L']);
    expect(output).toContain(`broker 1 at ${test.broker.address} (controller)`);
    expect(output).toContain('topic "flights" with 3 partitions');
    expect(test.warnings).toEqual([]);
  });

  it.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'])('reads what it has written (compression: %s)', async (codec) => {
    await using test = await startTestBroker({ topics });
    const written = await kcat(test.broker, ['-P', '-t', 't', '-z', codec], lines(200).join('\n'));
    expect(written).toMatchObject({ code: 0, errors: '' });
    const { output } = await kcat(test.broker, ['-C', '-t', 't', '-o', 'beginning', '-e', '-q', '-f', '%o %s\n']);
    expect(output.trim().split('\n')).toEqual(lines(200).map((line, i) => `${i} ${line}`));
    expect(test.warnings).toEqual([]);
  });

  it('finds the offset of a time', async () => {
    await using test = await startTestBroker({ topics });
    await kcat(test.broker, ['-P', '-t', 't'], 'now');
    const { output } = await kcat(test.broker, ['-Q', '-t', 't:0:1000']);
    expect(output).toContain('t [0] offset 0');
  });

  it('consumes in a group, and goes on where the group has been', async () => {
    await using test = await startTestBroker({ topics });
    const inGroup = ['-G', 'g', 't', '-q', '-X', 'auto.offset.reset=earliest', '-c'];
    await kcat(test.broker, ['-P', '-t', 't'], lines(3).join('\n'));
    expect((await kcat(test.broker, [...inGroup, '3'])).output.trim().split('\n')).toEqual(lines(3));
    await kcat(test.broker, ['-P', '-t', 't'], 'later');
    expect((await kcat(test.broker, [...inGroup, '1'])).output.trim()).toBe('later');
  });

  it('reads on where it was when the broker has been away', async () => {
    await using test = await startTestBroker({ topics });
    await kcat(test.broker, ['-P', '-t', 't'], lines(3).join('\n'));
    let read = '';
    // -u: that it has read is known by what it writes; -E: it goes on when no broker is there.
    const reading = kcat(
      test.broker,
      ['-C', '-t', 't', '-o', 'beginning', '-c', '6', '-q', '-u', '-E'],
      undefined,
      (soFar) => {
        read = soFar;
      },
    );
    await eventually(() => expect(read.trim().split('\n')).toEqual(lines(3)));
    test.broker.suspend(300);
    expect(await kcat(test.broker, ['-P', '-t', 't', '-E'], 'a\nb\nc')).toMatchObject({ code: 0 });
    expect((await reading).output.trim().split('\n')).toEqual([...lines(3), 'a', 'b', 'c']);
  });

  it('is refused by a compacted topic what has no key', async () => {
    const compacted = [{ name: 't', partitions: 1, config: { 'cleanup.policy': 'compact' } }];
    await using test = await startTestBroker({ topics: compacted });
    const { errors } = await kcat(test.broker, ['-P', '-t', 't'], 'no key');
    expect(errors).toContain('Delivery failed');
  });
});

const confluentClient = `
import sys
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
servers = {'bootstrap.servers': sys.argv[1]}
admin = AdminClient(servers)
for created in admin.create_topics([NewTopic('c', 4, 1, config={'retention.ms': '100000000'})]).values(): created.result()
print('topics', sorted(admin.list_topics(timeout=10).topics), len(admin.list_topics('c', timeout=10).topics['c'].partitions))

delivered = []
for settings in ({}, {'enable.idempotence': True}, {'compression.type': 'zstd', 'enable.idempotence': True}):
    producer = Producer({**servers, **settings})
    for i in range(100): producer.produce('c', key=str(i), value='v', on_delivery=lambda error, message: delivered.append(error))
    producer.flush(20)
print('delivered', len(delivered), [error for error in delivered if error])

def member():
    consumer = Consumer({**servers, 'group.id': 'g', 'auto.offset.reset': 'earliest', 'enable.auto.commit': False,
                         'heartbeat.interval.ms': 200, 'session.timeout.ms': 6000})
    consumer.subscribe(['c'])
    return consumer

first = member()
got = 0
while got < 300:
    message = first.poll(20)
    assert message is not None and message.error() is None, message
    got += 1
first.commit(asynchronous=False)
print('consumed', got)

second = member()
def turn_until(consumers, shares):
    for _ in range(400):
        for consumer in consumers: consumer.poll(0.05)
        if [len(consumer.assignment()) for consumer in consumers] == shares: return shares
    return [len(consumer.assignment()) for consumer in consumers]

print('shared', turn_until([first, second], [2, 2]))
first.close()
print('taken over', turn_until([second], [4]))
print('committed', sum(one.offset for one in second.committed([TopicPartition('c', p) for p in range(4)], timeout=10)))
second.close()
print('groups', [group.group_id for group in admin.list_consumer_groups().result().valid])
for deleted in admin.delete_topics(['c']).values(): deleted.result()
`;

describe.skipIf(!hasConfluent)('confluent-kafka for Python (librdkafka)', () => {
  it('administers, produces (idempotent too), shares a group between two members and commits', async () => {
    await using test = await startTestBroker();
    const ran = await run(python, ['-c', confluentClient, test.broker.address]);
    expect(ran).toEqual({
      code: 0,
      errors: '',
      output: [
        "topics ['c'] 4",
        'delivered 300 []',
        'consumed 300',
        'shared [2, 2]',
        'taken over [4]',
        'committed 300',
        "groups ['g']",
        '',
      ].join('\n'),
    });
    expect(test.warnings).toEqual([]);
  });
});
