import { fileURLToPath } from 'node:url';
import { projectFile } from '#shared/project-file';
import { java } from '../../shared/testing/maven-cache.js';
import { builtFolder, makeFolder, runCommand } from '../harness/cache.js';
import { whyMissing } from '../harness/load.js';

const source = 'bench/rivals/java-streams';
const files = [
  'pom.xml',
  ...['Codec', 'Model', 'Progress', 'Scorer'].map((name) => `src/main/java/bench/${name}.java`),
];
const built = () =>
  builtFolder(
    'java-streams',
    files.map((file) => `${source}/${file}`),
  );

/** Compiles the rival in Java where it is not compiled; why that can't be done, as half a sentence. */
export async function whyNoJavaStreams(): Promise<string | undefined> {
  const noJava = whyMissing('Java', java, ['-version']);
  if (noJava !== undefined || built().isThere) return noJava;
  const missing = whyMissing('the Java compiler', 'javac', ['-version']) ?? whyMissing('Maven', 'mvn', ['--version']);
  if (missing !== undefined) return missing;
  const pom = fileURLToPath(projectFile(`${source}/pom.xml`));
  return makeFolder(built().path, (folder) =>
    runCommand('mvn', ['--batch-mode', '--quiet', `--file=${pom}`, `-Dbuilt=${folder}`, 'package']),
  );
}

export const javaCommandLine = (): readonly string[] => {
  const { path } = built();
  return [java, '-cp', `${path}/classes:${path}/jars/*`, 'bench.Scorer'];
};
