import { describe, expect, it } from 'vitest';
import { askTool, judgeBrowser, judgeJava, judgeTools } from './tools.js';

const answered = (text: string) => ({ kind: 'answered', text }) as const;
const missing = { kind: 'missing' } as const;
const java17 = answered('openjdk version "17.0.17" 2025-10-21');
const maven = answered('Apache Maven 3.8.7');

describe('what Apache Kafka is started with', () => {
  it.each([
    [{ java: java17, maven, areJarsThere: false }, 'good', 'is started from its jars with Java 17'],
    [{ java: java17, maven: missing, areJarsThere: true }, 'good', 'is started from its jars with Java 17'],
    [{ java: java17, maven: missing, areJarsThere: false }, 'note', 'there is no Maven to download it with'],
    [{ java: answered('java version "1.8.0_402"'), maven, areJarsThere: true }, 'note', 'Java 8 is too old for it'],
    [{ java: missing, maven, areJarsThere: true }, 'note', 'there is no Java to start it with'],
    [{ java: { kind: 'silent' } as const, maven, areJarsThere: true }, 'note', 'java is there, and does not answer'],
  ])('%j: %s', (tools, verdict, found) => {
    expect(judgeJava(tools, false)).toMatchObject({ subject: 'Apache Kafka', verdict, found });
  });

  it('is a container where there is an engine', () => {
    expect(judgeJava({ java: missing, maven: missing, areJarsThere: false }, true).verdict).toBe('good');
  });
});

describe('a tool', () => {
  it('is asked by the first of its names that is there', async () => {
    const tool = await askTool(['no-such-program', process.execPath], ['--version']);
    expect(tool).toEqual({ name: process.execPath, answer: answered(process.version) });
  });

  it('may be missing, and is worth a word', async () => {
    const tool = await askTool(['no-such-program', 'nor-this'], ['--version']);
    expect(judgeTools('Tools', [tool, { name: 'kcat', answer: answered('kcat 1.7.1') }], 'Install it.')).toEqual({
      subject: 'Tools',
      verdict: 'note',
      found: 'no-such-program is not installed',
      todo: 'Install it.',
    });
  });

  it('is there where it was found, even if it does not say its version in time', () => {
    const tools = [
      { name: 'kcat', answer: answered('kcat - Apache Kafka producer and consumer tool\nVersion 1.7.1 (JSON)') },
      { name: 'amtool', answer: { kind: 'silent' } as const },
    ];
    expect(judgeTools('Tools', tools, 'Install it.')).toEqual({
      subject: 'Tools',
      verdict: 'good',
      found: 'kcat 1.7.1, amtool (it did not say its version in time)',
    });
  });

  it('to look at pages with is a browser', () => {
    expect(judgeBrowser('/usr/bin/chromium')).toMatchObject({ verdict: 'good', found: '/usr/bin/chromium' });
    expect(judgeBrowser(undefined).verdict).toBe('note');
  });
});
