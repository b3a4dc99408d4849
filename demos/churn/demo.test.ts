import { expect, it } from 'vitest';
import { startProgram } from '#shared/testing';

it('has, after a whole lap, the AUC that the model card gives for the customers that it never saw', async () => {
  const args = ['--records', '20000', '--rate', '0', '--report', '-', '--broker-port', '0', '--headless'];
  await using program = startProgram('demos/churn/demo.js', args);
  expect([await program.exited, program.stderr()]).toEqual([0, expect.stringContaining('20,000 events produced')]);
  expect(JSON.parse(program.stdout())).toMatchObject({
    demo: 'churn',
    records: { produced: 20_000, filtered: 0, scored: 20_000, deadLettered: 0, lost: 0, duplicated: 0 },
    // The first lap has 17,408 events; later ones do not count.
    quality: { auc: expect.closeTo(0.9337, 4), n: 1_667 },
  });
}, 60_000);
