import { spawnSync } from 'node:child_process';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { KitError } from '#shared/errors';
import { cases } from './cases/cases.js';
import type { Case, Contender } from './harness/case.js';
import { changesSince, missingSince } from './harness/compare.js';
import { describeMachine, machineLine } from './harness/machine.js';
import { markdownOf } from './harness/markdown.js';
import { help, type Options, parseOptions } from './harness/options.js';
import { type EarlierReport, type Report, readReport } from './harness/report.js';
import { runCase } from './harness/run-case.js';
import { Setting } from './harness/setting.js';
import { checksOf, tableOf } from './harness/table.js';
import { against } from './rivals/against.js';
import { yardstick } from './rivals/rivals.js';
import { contenderOf } from './rivals/run-rival.js';

// How fast all this is, and those that one could take instead. Nothing is asserted of times: figures depend on the machine,
// and on what else it does. What comes out is checked: a record that is lost, there twice or scored wrongly fails its case.

const say = (line: string): void => void process.stdout.write(`${line}\n`);

try {
  const options = parseOptions(process.argv.slice(2));
  for (const path of [options.json, options.markdown]) if (path !== undefined) makeSure(path);
  if (options.wants === 'help') process.stdout.write(help);
  else await bench(options);
} catch (error) {
  if (!(error instanceof KitError) || error.code !== 'usage') throw error;
  process.stderr.write(`${error.message}\n\n${help}`);
  process.exitCode = 2;
}

/** Whoever has measured for half an hour is not to learn then that a file can't be written. */
function makeSure(path: string): void {
  try {
    closeSync(openSync(path, 'a'));
  } catch (error) {
    throw KitError.from(error, 'usage', `Writing figures to ${path}`);
  }
}

async function bench(options: Options): Promise<void> {
  const earlier = options.compare === undefined ? undefined : readReport(options.compare);
  const named = options.cases.length > 0 ? options.cases : earlier?.cases.map(({ name }) => name);
  const chosen = named?.map(caseOf) ?? cases.filter(({ isShort }) => isShort === true || !options.isShort);
  await using setting = new Setting(options);
  if (options.wants === 'list') return list(chosen, setting);
  const contestants = new Set(chosen.flatMap((one) => namesOf(one, setting)));
  const unknown = options.only.find((name) => !contestants.has(name));
  if (unknown !== undefined) throw new KitError('usage', `No case that is measured has a contender "${unknown}".`);
  if (options.pin) pinOthers();
  const machine = describeMachine();
  say(
    `${machineLine(machine)}; ${options.isShort ? 'counts and scores alone' : `median of ${options.runs} runs (least – most)`}`,
  );
  const loop = options.isShort ? undefined : await yardstickOf(setting);
  const report: Report = {
    machine: { ...machine },
    runs: options.runs,
    records: options.records,
    pinned: options.pin,
    cases: [],
  };
  for (const one of chosen) {
    const taken = await runCase(one, setting, loop);
    report.cases.push(taken);
    for (const line of options.isShort ? checksOf(taken) : ['', ...tableOf(taken, one.about)]) say(line);
  }
  if (setting.kafkaVersion !== undefined) report.kafka = setting.kafkaVersion;
  const toRivals = options.isShort ? [] : against(report);
  if (toRivals.length > 0) say('\nOurs in proportion to rivals, by the rounds of both: median (least – most)');
  for (const line of toRivals) say(line);
  if (options.markdown !== undefined) {
    writeFileSync(options.markdown, `${[...markdownOf(report, (name) => caseOf(name).about)].join('\n')}\n`);
  }
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, undefined, 2)}\n`);
  const contenders = report.cases.flatMap((one) => one.contenders);
  if (contenders.some(({ failed }) => failed !== undefined)) process.exitCode = 1;
  if (earlier !== undefined) compare(earlier, report, options);
}

function caseOf(name: string): Case {
  const found = cases.find((one) => one.name === name);
  if (found !== undefined) return found;
  throw new KitError('usage', `There is no case "${name}": ${cases.map((one) => one.name).join(', ')}.`);
}

function namesOf(one: Case, setting: Setting): string[] {
  return one.contenders(setting).map(({ name }) => name);
}

function list(chosen: readonly Case[], setting: Setting): void {
  for (const one of chosen) {
    say(`${one.name}: ${one.about}`);
    say(`  ${namesOf(one, setting).join(', ')}`);
  }
}

/** The loop that all else is put in proportion to, on the Kafka of this run. */
async function yardstickOf(setting: Setting): Promise<Contender | undefined> {
  const why = await setting.whyNoKafka();
  if (why === undefined) return contenderOf(yardstick, setting, () => setting.kafka());
  say(`There are no ratios to ${yardstick.name}: ${why}.`);
  return undefined;
}

function pinOthers(): void {
  const pinned = spawnSync('taskset', ['-a', '-cp', '1', String(process.pid)]);
  if (pinned.status !== 0) throw new KitError('usage', '--pin needs taskset and two cores.');
}

function compare(earlier: EarlierReport, report: Report, { only }: Options): void {
  const changes = changesSince(earlier, report);
  if (earlier.records !== report.records || earlier.pinned !== report.pinned) {
    const how = `--records ${earlier.records}${earlier.pinned ? ' --pin' : ''}`;
    say(`\nThe earlier run was another one, with ${how}: ratios are not those of the same work.`);
  }
  say('\nAgainst the earlier run, in proportion to the yardstick loop of each round (above 1 is better):');
  for (const { what, factor, isSlower, isWithinSpread } of changes) {
    const judgement = isSlower
      ? `  SLOWER${isWithinSpread ? ', within the spread of the rounds: take more (--runs)' : ''}`
      : '';
    say(`  ${what.padEnd(72)} ${factor.toFixed(2)}${judgement}`);
  }
  const missing = only.length > 0 ? [] : missingSince(earlier, report);
  for (const what of missing) say(`  ${what.padEnd(72)} not measured this time`);
  if (changes.length === 0) throw new KitError('usage', 'Nothing can be compared: no figure of both runs has a ratio.');
  if (changes.some(({ isSlower }) => isSlower)) process.exitCode = 1;
}
