import { describe, expect, it } from 'vitest';
import { StreamsBuilder, serdes, serdeTopic } from '#shared/streams';
import { parseTopologyText } from './topology-text.js';

const topic = (name: string) => serdeTopic<string, string>({ name, key: serdes.string, value: serdes.string });

describe('the text of a topology', () => {
  it('says nodes, their topics and stores, and in which part they are', () => {
    const builder = new StreamsBuilder();
    const names = builder.globalTable(topic('names'), { store: 'names' });
    builder
      .stream(topic('in'))
      .join(
        names,
        (key) => key,
        (value, name) => value + name,
      )
      .repartition({ named: 'again' })
      .groupByKey()
      .count({ store: 'counts' })
      .toStream()
      .to(serdeTopic<string, number>({ name: 'out', key: serdes.string, value: serdes.number }));
    const { nodes } = parseTopologyText(builder.build().describe());
    const inWords = nodes.map(({ kind, topics, stores, subTopology, isGlobal }) =>
      [subTopology, kind, ...topics, ...stores, ...(isGlobal ? ['everywhere'] : [])].join(' '),
    );
    expect(inWords).toEqual([
      '0 source in',
      '0 processor names',
      '0 processor',
      '0 sink again-repartition',
      '1 source again-repartition',
      '1 processor counts',
      '1 processor',
      '1 sink out',
      '2 source names everywhere',
      '2 processor names everywhere',
    ]);
  });

  it('says its edges in the order of the text', () => {
    const builder = new StreamsBuilder();
    const stream = builder.stream(topic('in'));
    stream.merge(builder.stream(topic('other')), 'both').to(topic('out'), 'end');
    stream.to(topic('beside'), 'beside');
    const { nodes, edges } = parseTopologyText(builder.build().describe());
    const name = (place: number): string | undefined => nodes[place]?.name;
    expect(edges.map(({ from, to }) => `${name(from)} → ${name(to)}`)).toEqual([
      'KSTREAM-SOURCE-0000000000 → both',
      'KSTREAM-SOURCE-0000000000 → beside',
      'KSTREAM-SOURCE-0000000001 → both',
      'both → end',
    ]);
  });

  it('may be empty', () => {
    expect(parseTopologyText('')).toEqual({ nodes: [], edges: [] });
  });

  it.each([
    ['Topologies:\n   <b>no node</b>', 'Line 2 of the topology\'s text is "<b>no node</b>"; a sub-topology, a source,'],
    ['    Source: a (topics: [b])', 'Line 1 of the topology\'s text is "Source: a (topics: [b])"'],
    [
      'Topologies:\n   Sub-topology: 0\n    Source: a (topics: [b])\n      --> c',
      'an arrow to "c", which is none of its nodes',
    ],
    [
      `   Sub-topology: 0\n${Array.from({ length: 401 }, (_, at) => `    Source: s${at} (topics: [t${at}])`).join('\n')}`,
      'more than 400 nodes: too many to be drawn',
    ],
  ])('is refused where it is something else', (text, sentence) => {
    expect(() => parseTopologyText(text)).toThrow(expect.objectContaining({ code: 'topology' }));
    expect(() => parseTopologyText(text)).toThrow(sentence);
  });
});
