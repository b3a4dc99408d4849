import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { projectFile } from '#shared/project-file';
import type { Case, Contender, Figure } from '../harness/case.js';
import { milliseconds, ratesOf } from '../harness/figures.js';
import { nodeProgram, type Said, startLoad } from '../harness/load.js';
import type { Setting } from '../harness/setting.js';
import { flightLines, writeGlm } from '../job/glm.js';

const flightModel = fileURLToPath(projectFile('demos/flight-delay/model'));
const GLM_ROWS = 25_600;

/** Rows of flights in a file, as lines of JSON. */
function flightsFile(setting: Setting, count: number): string {
  const file = setting.folder(`flights-${count}.jsonl`);
  writeFileSync(file, `${flightLines(count).join('\n')}\n`);
  return file;
}

function glmFolder(setting: Setting): string {
  const folder = setting.folder('glm');
  mkdirSync(folder, { recursive: true });
  writeGlm(
    folder,
    flightLines(GLM_ROWS).map((line): Record<string, unknown> => JSON.parse(line)),
  );
  return folder;
}

const run = (setting: Setting, ...args: readonly (string | number)[]): Promise<Said> =>
  startLoad(nodeProgram('loads/scoring', ...args), { core: setting.cores.measured }).result;

const secondsOf = (setting: Setting): number => (setting.options.isShort ? 0.02 : 2);

export const scoring: Case = {
  name: 'scoring',
  about:
    "rows scored one, 32 and 256 at a time: the job's trees by shared/scoring and by bare onnxruntime-node; flights with texts",
  isShort: true,
  contenders: (setting) => [
    ...(['shared', 'onnxruntime'] as const).map(
      (name): Contender => ({
        name,
        take: async () => ratesOf(await run(setting, name, await setting.modelFolder(), secondsOf(setting))),
      }),
    ),
    ...(['glm-with-texts', 'flight-gbm'] as const).map(
      (name): Contender => ({
        name,
        async take() {
          const folder = name === 'flight-gbm' ? flightModel : glmFolder(setting);
          const file = flightsFile(setting, setting.count(GLM_ROWS, 512));
          const wished = name === 'flight-gbm' ? 150_000 : 400_000;
          const figures = ratesOf(await run(setting, 'rows', folder, secondsOf(setting), file));
          return figures.map((figure): Figure => (figure.kind === 'rate' ? { ...figure, wished } : figure));
        },
      }),
    ),
  ],
};

export const modelLoad: Case = {
  name: 'model-load',
  about: 'a model folder loaded and checked, the first of a process with the native runtime, and once more',
  contenders: (setting) =>
    (
      [
        ['glm-with-texts', 50],
        ['flight-gbm', 400],
      ] as const
    ).map(([name, wished]) => ({
      name,
      async take() {
        const folder = name === 'flight-gbm' ? flightModel : glmFolder(setting);
        const { results } = await run(setting, 'load', folder);
        const { first, again } = results as Readonly<Record<'first' | 'again', { readonly seconds: number }>>;
        return [
          milliseconds('first', first.seconds * 1_000, wished),
          milliseconds('again', again.seconds * 1_000, wished),
        ];
      },
    })),
};

/** The command as npm starts it once it is compiled, from its start to its end. */
export const scoreCommand: Case = {
  name: 'score-command',
  about: '`npm run score` on lines of JSON, its start included',
  contenders: (setting) => [
    {
      name: 'flight-gbm',
      async take() {
        const rows = setting.count(300_000, 1_000);
        const input = flightsFile(setting, rows);
        const output = setting.folder('scores.jsonl');
        const said = await startLoad(
          nodeProgram(
            'loads/command',
            rows,
            'shared/commands/score',
            '--model',
            flightModel,
            '--input',
            input,
            '--output',
            output,
          ),
          { core: setting.cores.measured },
        ).result;
        return ratesOf({ results: { rows: said } });
      },
    },
  ],
};
