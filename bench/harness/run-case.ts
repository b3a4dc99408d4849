import type { Case, Contender, Figure, Kind } from './case.js';
import type { CaseReport, ContenderReport } from './report.js';
import type { Setting } from './setting.js';

/** What comes out in proportion to the yardstick, by the yardstick's figures of the same round. */
type Yardstick = Readonly<Record<'rate' | 'cpu-rate', number>>;

interface Taken {
  readonly contender: Contender;
  readonly rounds: { readonly figures: readonly Figure[]; readonly yardstick: Yardstick | undefined }[];
  skipped?: string;
  failed?: string;
}

/** Measures a case: rounds of all its contenders, which begin with another one each. */
export async function runCase(one: Case, setting: Setting, yardstick: Contender | undefined): Promise<CaseReport> {
  const skipped = await one.whyNot?.(setting);
  if (skipped !== undefined) return { name: one.name, skipped, contenders: [] };
  const { only, isShort, runs } = setting.options;
  const chosen = one
    .contenders(setting)
    .filter(
      ({ name, isHeavy }) => (only.length > 0 && only.includes(name)) || (only.length === 0 && !(isShort && isHeavy)),
    );
  const taken: Taken[] = chosen.map((contender) => ({ contender, rounds: [] }));
  for (const each of taken) {
    const why = await each.contender.whyNot?.();
    if (why !== undefined) each.skipped = why;
  }
  const present = taken.filter((each) => each.skipped === undefined);
  // The yardstick takes its turn among them, where it is none of them.
  const hidden: Taken | undefined =
    yardstick && present.length > 0 && !present.some(({ contender }) => contender.name === yardstick.name)
      ? { contender: yardstick, rounds: [] }
      : undefined;
  const all = hidden ? [...present, hidden] : present;
  for (let round = 0; round < runs; round += 1) {
    const first = round % Math.max(1, all.length);
    const figures = new Map<Taken, readonly Figure[]>();
    for (const each of [...all.slice(first), ...all.slice(0, first)]) {
      if (each.failed !== undefined) continue;
      try {
        figures.set(each, await each.contender.take());
      } catch (error) {
        each.failed = error instanceof Error ? error.message : String(error);
      }
    }
    const measured = all.find(({ contender }) => contender.name === yardstick?.name);
    const ofRound = yardstickOf((measured && figures.get(measured)) ?? []);
    for (const [each, values] of figures) each.rounds.push({ figures: values, yardstick: ofRound });
  }
  // Without it there are no ratios: that is no run that is as it should be.
  const told = hidden?.failed === undefined ? taken : [...taken, hidden];
  return { name: one.name, contenders: told.map(reportOf) };
}

function yardstickOf(figures: readonly Figure[]): Yardstick | undefined {
  const of = (kind: Kind) => figures.find((figure) => figure.kind === kind)?.value;
  const [rate, cpuRate] = [of('rate'), of('cpu-rate')];
  return rate === undefined || cpuRate === undefined ? undefined : { rate, 'cpu-rate': cpuRate };
}

function reportOf({ contender: { name }, rounds, skipped, failed }: Taken): ContenderReport {
  const figures = (rounds[0]?.figures ?? []).map(({ name: figureName, unit, kind, wished }, at) => {
    const values = rounds.map((round) => round.figures[at]?.value ?? Number.NaN);
    const ratios = rounds.flatMap((round, index) => {
      const ratio = ratioTo(round.yardstick, kind, values[index] ?? Number.NaN);
      return ratio === undefined || !Number.isFinite(ratio) ? [] : [ratio];
    });
    return {
      name: figureName,
      unit,
      kind,
      ...(wished !== undefined && { wished }),
      values,
      ...(ratios.length === rounds.length && { ratios }),
    };
  });
  return { name, ...(skipped && { skipped }), ...(failed && { failed }), figures };
}

/** More is better, whatever the kind: of times what the yardstick does meanwhile counts, of memory the memory alone. */
function ratioTo(yardstick: Yardstick | undefined, kind: Kind, value: number): number | undefined {
  if (kind === 'size') return 1 / value;
  if (kind === 'told' || yardstick === undefined) return undefined;
  if (kind === 'rate' || kind === 'cpu-rate') return value / yardstick[kind];
  return 1 / (value * yardstick[kind === 'time' ? 'rate' : 'cpu-rate']);
}
