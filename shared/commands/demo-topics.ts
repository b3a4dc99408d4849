import { projectFile } from '#shared/project-file';
import { defineTopic, type Topic } from '#shared/schema';

// Event time is not the clock's: by Kafka's default of seven days what is old would be deleted at once. Size bounds the log instead.
const BOUNDED = { 'retention.ms': '-1', 'retention.bytes': '33554432', 'segment.bytes': '8388608' };

interface TopicOptions {
  /** 4 unless said. */
  readonly partitions?: number;
  /** The newest value of each key is kept, as a table needs it. */
  readonly isTable?: boolean;
}

/** How a demo declares its topics: `<demo>.<name>`, with the schema `demos/<demo>/schemas/<name>.avsc`. */
export function demoTopics(demo: string): <V>(name: string, options?: TopicOptions) => Topic<V> {
  return <V>(name: string, { partitions = 4, isTable = false }: TopicOptions = {}) =>
    defineTopic<V>({
      name: `${demo}.${name}`,
      partitions,
      ...(isTable ? { cleanupPolicy: 'compact' } : { config: BOUNDED }),
      schema: projectFile(`demos/${demo}/schemas/${name}.avsc`),
    });
}
