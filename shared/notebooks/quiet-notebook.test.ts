import { describe, expect, it } from 'vitest';
import { withoutNoise } from './quiet-notebook.js';

const executed = (...outputs: object[]): string => JSON.stringify({ cells: [{ source: '# text' }, { outputs }] });

describe('an executed notebook made fit to read', () => {
  it('keeps what was printed and drops warnings and logs', () => {
    const printed = { output_type: 'stream', name: 'stdout', text: 'AUC .70' };
    const warned = { output_type: 'stream', name: 'stderr', text: 'oneDNN custom operations are on' };
    expect(withoutNoise(executed(printed, warned))).toBe(executed(printed));
  });

  it('joins what was printed in pieces, however the kernel parted it', () => {
    const printed = (...text: string[]) => ({ output_type: 'stream', name: 'stdout', text });
    const warned = { output_type: 'stream', name: 'stderr', text: 'slow' };
    const picture = { output_type: 'display_data', data: { 'image/png': 'iVBO' } };
    const joined = { output_type: 'stream', name: 'stdout', text: 'AUC\n.70\nn 9' };
    expect(withoutNoise(executed(printed('AUC\n', '.70\n'), warned, printed('n 9'), picture))).toBe(
      executed(joined, picture),
    );
  });

  it('shows tables as text where they are there as text', () => {
    const text = { output_type: 'execute_result', data: { 'text/plain': 'a 1' } };
    const both = { output_type: 'execute_result', data: { 'text/plain': 'a 1', 'text/html': '<table>' } };
    const html = { output_type: 'display_data', data: { 'text/html': '<b>' } };
    expect(withoutNoise(executed(both, html))).toBe(executed(text, html));
  });

  it('keeps pictures', () => {
    const picture = { output_type: 'display_data', data: { 'image/png': 'iVBO', 'text/plain': '<Figure>' } };
    expect(withoutNoise(executed(picture))).toBe(executed(picture));
  });
});
