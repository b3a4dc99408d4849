import { say } from '../harness/said.js';

/** Work once, and what it took. */
export async function measured(work: () => Promise<number> | number) {
  const cpu = process.cpuUsage();
  const started = performance.now();
  const amount = await work();
  const seconds = (performance.now() - started) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  return { amount, seconds, cpuSeconds: (user + system) / 1e6 };
}

/** Does work again and again, which says how much it was: a while until it is compiled, then for these seconds. */
export async function measuredFor(seconds: number, work: () => Promise<number> | number) {
  const forSeconds = async (time: number): Promise<number> => {
    const end = performance.now() + time * 1_000;
    let amount = 0;
    do amount += await work();
    while (performance.now() < end);
    return amount;
  };
  await forSeconds(seconds / 2);
  return measured(() => forSeconds(seconds));
}

/** Measures each in turn, and says all. */
export async function sayAll(
  seconds: number,
  works: Readonly<Record<string, () => Promise<number> | number>>,
): Promise<void> {
  say({ is: 'begin' });
  const results: Record<string, Awaited<ReturnType<typeof measured>>> = {};
  for (const [name, work] of Object.entries(works)) results[name] = await measuredFor(seconds, work);
  say({ is: 'end', results });
}
