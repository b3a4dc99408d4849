import { describe, expect, it } from 'vitest';
import { FrameSplitter, maxFrameBytes } from './index.js';

const frame = (content: string) => {
  const bytes = Buffer.alloc(4 + content.length, content);
  bytes.writeInt32BE(content.length, 0);
  bytes.write(content, 4);
  return bytes;
};

const length = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value, 0);
  return bytes;
};

describe('FrameSplitter', () => {
  const stream = Buffer.concat([frame('one'), frame(''), frame('three')]);

  it('gives the same frames whatever the chunks', () => {
    for (let size = 1; size <= stream.length; size += 1) {
      const splitter = new FrameSplitter();
      const frames: Buffer[] = [];
      for (let at = 0; at < stream.length; at += size) frames.push(...splitter.push(stream.subarray(at, at + size)));
      expect(frames.map(String)).toEqual(['one', '', 'three']);
      expect(splitter.isWithinFrame).toBe(false);
    }
  });

  it('knows when it is within a frame', () => {
    const splitter = new FrameSplitter();
    expect(splitter.push(frame('abc').subarray(0, 6))).toEqual([]);
    expect(splitter.isWithinFrame).toBe(true);
  });

  it('holds no more of an unfinished frame than has come, however it comes', () => {
    const whole = frame('x'.repeat(100_000));
    const splitter = new FrameSplitter();
    for (let at = 0; at < whole.length - 1; at += 1) {
      expect(splitter.push(whole.subarray(at, at + 1))).toHaveLength(0);
      if (splitter.heldBytes !== at + 1) expect(splitter.heldBytes).toBe(at + 1);
    }
    expect(splitter.push(whole.subarray(-1))).toEqual([whole.subarray(4)]);
    expect(splitter.heldBytes).toBe(0);
  });

  it.each([-1, -2147483648, maxFrameBytes + 1, 0x47455420])('refuses a length of %i bytes', (value) => {
    expect(() => new FrameSplitter().push(length(value))).toThrow('this is not a Kafka client');
  });

  it('takes the largest length without room for it', () => {
    expect(new FrameSplitter().push(length(maxFrameBytes))).toEqual([]);
  });
});
