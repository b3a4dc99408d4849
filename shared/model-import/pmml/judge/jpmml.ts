import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { KitError } from '#shared/errors';
import { projectFile } from '#shared/project-file';
import { downloaded, type JavaProgram, java, missingFor } from '#shared/testing';
import type { Answer, Row } from './answer.js';

export const JPMML_VERSION = '1.7.7';

const folder = 'shared/model-import/pmml/judge';

// AGPL-3.0: a tool that the tests download and run as a process of its own, never a part of the kit.
const jpmml: JavaProgram = {
  name: `JPMML-Evaluator ${JPMML_VERSION}`,
  folderName: `jpmml-${JPMML_VERSION}`,
  mavenArguments: (into) => [
    `--file=${fileURLToPath(projectFile(`${folder}/pom.xml`))}`,
    'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies',
    `-Djpmml.version=${JPMML_VERSION}`,
    '-DincludeScope=runtime',
    `-DoutputDirectory=${into}`,
  ],
};

/** A document and the rows to score with it. */
export interface JudgeCase {
  readonly pmml: string;
  readonly rows: readonly Row[];
}

/** An answer for each row, or why the document as a whole was refused. */
export type Verdict = { readonly answers: readonly Answer[] } | { readonly error: string };

/** What this machine lacks to run the judge, as half a sentence; undefined when nothing. */
export const missingForJpmml = (): Promise<string | undefined> => missingFor(jpmml);

/**
 * What JPMML-Evaluator makes of documents and rows, in the order of the cases: one start of Java for all of them.
 * @throws KitError 'run-failed' when Java fails, or answers fewer cases than it was given.
 */
export async function judge(cases: readonly JudgeCase[]): Promise<Verdict[]> {
  const jars = await downloaded(jpmml);
  const source = fileURLToPath(projectFile(`${folder}/Judge.java`));
  const judging = spawn(java, ['-cp', `${jars}/*`, source], { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = once(judging, 'close');
  const said = text(judging.stderr);
  // A judge that has died says why on standard error: a broken pipe adds nothing to it.
  judging.stdin.on('error', () => undefined);
  judging.stdin.end(cases.map((each) => `${JSON.stringify(each)}\n`).join(''));
  const verdicts: Verdict[] = [];
  for await (const line of createInterface({ input: judging.stdout })) verdicts.push(JSON.parse(line));
  const [exitCode] = await ended;
  if (exitCode !== 0 || verdicts.length !== cases.length) {
    const problem = (await said).trim().split('\n').slice(0, 5).join(' ');
    throw new KitError(
      'run-failed',
      `Judging ${cases.length} documents with ${jpmml.name}: it answered ${verdicts.length} and left with exit code ${exitCode}: ${problem}`,
    );
  }
  return verdicts;
}
