import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Finding, good, note } from './finding.js';
import { answerOf, type ProgramAnswer } from './program-answer.js';

/** A program that some tests or notebooks use. */
export interface Tool {
  readonly name: string;
  readonly answer: ProgramAnswer;
}

/** Asks the first of several names that is there. */
export async function askTool(names: readonly [string, ...string[]], args: readonly string[]): Promise<Tool> {
  for (const name of names) {
    const answer = await answerOf(name, args);
    if (answer.kind !== 'missing') return { name, answer };
  }
  return { name: names[0], answer: { kind: 'missing' } };
}

const OLDEST_JAVA = 17;

/** What Apache Kafka is run with where there is no container engine. */
export interface JavaTools {
  readonly java: ProgramAnswer;
  readonly maven: ProgramAnswer;
  /** Whether Maven's work has been done before. */
  readonly areJarsThere: boolean;
}

export async function lookAtJava(): Promise<JavaTools> {
  const home = process.env.JAVA_HOME;
  const [java, maven] = await Promise.all([
    answerOf(home === undefined || home === '' ? 'java' : join(home, 'bin', 'java'), ['-version']),
    answerOf('mvn', ['--version']),
  ]);
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  return { java, maven, areJarsThere: existsSync(join(cache, 'kafka-ml-demos')) };
}

/** @param hasEngine With a container engine Apache Kafka needs nothing else. */
export function judgeJava({ java, maven, areJarsThere }: JavaTools, hasEngine: boolean): Finding {
  const subject = 'Apache Kafka';
  if (hasEngine) return good(subject, 'is started in a container');
  const version = javaVersion(java);
  const todo = `Install Java ${OLDEST_JAVA} or later and Maven, or start Docker: some tests run on a real Kafka.`;
  if (java.kind === 'silent') return note(subject, 'java is there, and does not answer', todo);
  if (version === undefined) return note(subject, 'there is no Java to start it with', todo);
  if (version < OLDEST_JAVA) return note(subject, `Java ${version} is too old for it`, todo);
  if (maven.kind === 'missing' && !areJarsThere) return note(subject, 'there is no Maven to download it with', todo);
  return good(subject, `is started from its jars with Java ${version}`);
}

function javaVersion(java: ProgramAnswer): number | undefined {
  const found = java.kind === 'answered' ? /version "(?:1\.)?(\d+)/.exec(java.text)?.[1] : undefined;
  return found === undefined ? undefined : Number(found);
}

/** @param path Of a Chromium or its like. */
export function judgeBrowser(path: string | undefined): Finding {
  if (path !== undefined) return good('Browser', path);
  return note(
    'Browser',
    'no Chromium, Chrome or Edge where they usually are',
    'Install one, or name one by CHROMIUM: the pages are tested in it.',
  );
}

/** Programs that are wanted together. */
export function judgeTools(subject: string, tools: readonly Tool[], todo: string): Finding {
  const missing = tools.filter(({ answer }) => answer.kind === 'missing' || answer.kind === 'failed');
  if (missing.length > 0) {
    const names = missing.map(({ name }) => name).join(', ');
    return note(subject, `${names} ${missing.length === 1 ? 'is' : 'are'} not installed`, todo);
  }
  return good(subject, tools.map(({ name, answer }) => `${name}${versionOf(answer)}`).join(', '));
}

function versionOf(answer: ProgramAnswer): string {
  if (answer.kind !== 'answered') return ' (it did not say its version in time)';
  const version = /\d+\.\d+(?:\.\d+)?/.exec(answer.text)?.[0];
  return version === undefined ? '' : ` ${version}`;
}
