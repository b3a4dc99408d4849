import { describe, expect, it } from 'vitest';
import { faultCatalogue } from '#shared/control';
import { faultHelp, parseFaultOptions } from './fault-options.js';

const parse = (...args: string[]) => parseFaultOptions(args, {});

describe('the command line of npm run fault', () => {
  it('says which fault is to be switched, where and for how long', () => {
    expect(parse('slow-scorer', 'on', '--demo', 'churn', '--for', '60', '--namespace', 'amy')).toMatchObject({
      name: 'slow-scorer',
      action: 'on',
      demos: ['churn'],
      forMs: 60_000,
      namespace: 'amy.',
    });
    expect(parse('bad-model', 'off')).toMatchObject({ name: 'bad-model', action: 'off' });
  });

  it('asks for what is on where nothing else is said', () => {
    expect(parse()).toMatchObject({ action: 'status' });
    expect(parse('drift')).toMatchObject({ name: 'drift', action: 'status' });
    expect(parse('--demo', 'all')?.demos).toEqual(expect.arrayContaining(['churn', 'titanic']));
  });

  it.each([
    [['slow-scorers', 'on'], 'There is no fault called "slow-scorers"; did you mean slow-scorer?'],
    [['drift', 'onn'], 'What is to be done is "onn"; it must be one of on, off, status.'],
    [['drift', 'on', 'now'], '"now" is one word too many'],
    [['drift', 'on', '--for', '4000'], '--for is "4000"; it must be a whole number from 1 to 3600.'],
    [['lost-broker', 'on', '--for', '61'], '--for is "61"; it must be a whole number from 1 to 60.'],
    [['drift', 'off', '--for', '5'], '--for is for a fault that is switched on.'],
    [['bad-model', 'on', '--for', '5'], '--for is not for bad-model: it is on until it is switched off.'],
    [['drift', 'on', '--demo', 'chrun'], 'did you mean churn?'],
    [['drift', 'on', '--fro', '5'], 'did you mean --for?'],
  ])('refuses %j in one sentence', (args, sentence) => {
    expect(() => parse(...args)).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringContaining(sentence) }),
    );
  });

  it('is helped with every fault, on lines that fit a terminal', () => {
    expect(parse('--help')).toBeUndefined();
    for (const { name } of faultCatalogue) expect(faultHelp).toContain(`  ${name} `);
    expect(Math.max(...faultHelp.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });
});
