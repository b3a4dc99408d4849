import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { projectFile } from '#shared/project-file';
import { failureOf } from './check-case.js';
import { readCaseLines } from './read-case-lines.js';

const lines = readCaseLines(fileURLToPath(projectFile('shared/streams/golden/cases')));
const files = [...new Set(lines.map(({ file }) => file))];

// What Kafka Streams itself put out; the names are the cases' own.
describe.each(files)('Kafka Streams, %s', (name) => {
  it.each(lines.filter(({ file }) => file === name))('$name', async ({ json }) => {
    const failure = await failureOf(json);
    if (failure !== undefined) expect.fail(failure);
  });
});
