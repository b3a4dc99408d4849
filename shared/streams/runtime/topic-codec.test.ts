import { describe, expect, it } from 'vitest';
import { serdes } from '../serde.js';
import { serdeTopic } from '../topics.js';
import { openCodecs, type TopicCodec } from './topic-codec.js';

async function codecOf(key: (typeof serdes)['string' | 'number']): Promise<TopicCodec> {
  // What kind of keys it has is asked at run time alone.
  const topic = serdeTopic({ name: 'numbers', key: key as typeof serdes.string, value: serdes.number });
  const codecs = await openCodecs({ sourceTopics: [topic], sinkTopics: [topic] }, undefined, ({ name }) => name);
  const codec = codecs.get(topic.name);
  if (codec === undefined) throw new Error('there is none');
  return codec;
}

describe('a key of text', () => {
  it.each(['', 'a', 'passenger-1309', 'Zürich', '☃', '\u0000', 'x'.repeat(64), 'x'.repeat(65), '\ufffd'])(
    'has the same bytes whether or not other bytes are given: %j',
    async (text) => {
      const codec = await codecOf(serdes.string);
      const bytes = Buffer.from(text);
      for (const given of [undefined, null, bytes, Buffer.from('b'), Buffer.from(text, 'latin1'), Buffer.alloc(0)]) {
        expect(codec.encodeKey(text, given)).toEqual(bytes);
      }
    },
  );

  it('is not written again where it is what was given', async () => {
    const codec = await codecOf(serdes.string);
    const given = Buffer.from('passenger-1309');
    expect(codec.encodeKey(codec.decodeKey(given), given)).toBe(given);
  });

  it('that was no UTF-8 is written as it was understood, as Kafka does', async () => {
    const codec = await codecOf(serdes.string);
    const given = Buffer.from([0x61, 0xff]);
    expect(codec.encodeKey(codec.decodeKey(given), given)).toEqual(Buffer.from('a\ufffd'));
  });

  it('is refused where it is none, and null is null', async () => {
    const codec = await codecOf(serdes.string);
    expect(() => codec.encodeKey(7, Buffer.from('7'))).toThrow('A number was to be written as text');
    expect(codec.encodeKey(null, Buffer.from('7'))).toBeNull();
    expect(codec.encodeKey(undefined, Buffer.from('7'))).toBeNull();
  });
});

describe('a key of another kind', () => {
  it('is written by its serde, whatever is given', async () => {
    const codec = await codecOf(serdes.number);
    expect(codec.encodeKey(7, Buffer.from('7'))).toEqual(serdes.number.serialize(7));
  });
});
