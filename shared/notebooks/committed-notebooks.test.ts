import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { projectFile } from '#shared/project-file';
import { loadModel } from '#shared/scoring';
import { createTopologyTestDriver, type Serde, StreamsBuilder, serdes, serdeTopic } from '#shared/streams';
import { readNotebooks, sourceOf } from './notebook.js';
import { checkData, outdatedModels } from './provenance.js';

const root = fileURLToPath(projectFile('.'));
const text = (path: string): string => readFileSync(projectFile(path), 'utf8');
const notebooks = await readNotebooks(root);

/** A notebook's text, pictures and results: what a cell writes into a model card has headings and links of its own. */
const prose = (name: string): string => withoutCode(text(`docs/notebooks/${name}.md`));
const withoutCode = (markdown: string): string => markdown.replaceAll(/^```\w+\n[\s\S]*?^```$/gm, '');

interface GoldenRow {
  readonly input: object;
  readonly score: number;
}

const json = <V>(): Serde<V> => ({
  serialize: (value) => Buffer.from(JSON.stringify(value)),
  deserialize: (bytes) => JSON.parse(bytes.toString('utf8')),
});

/** The scores of these records, sent as JSON through a topology that does nothing but score. */
async function streamed(model: string, records: readonly object[]): Promise<number[]> {
  const input = serdeTopic({ name: 'records', key: serdes.string, value: json<object>() });
  const output = serdeTopic({ name: 'scores', key: serdes.string, value: json<number>() });
  const loaded = await loadModel(fileURLToPath(projectFile(model)));
  try {
    const builder = new StreamsBuilder();
    builder
      .stream(input)
      .score(loaded)
      .mapValues(({ score }) => score)
      .to(output);
    const driver = await createTopologyTestDriver(builder.build());
    await driver.pipe(
      input,
      records.map((value, at) => ({ key: String(at), value, timestamp: at })),
    );
    return (await driver.read(output)).map(({ value }) => value ?? Number.NaN);
  } finally {
    await loaded.close();
  }
}

const sevenSteps = [
  'Data access',
  'Preparation',
  'Exploratory analysis',
  'Model building',
  'Execution',
  'Validation',
  'Deployment',
];

describe.each(notebooks)('the notebook $name', (notebook) => {
  const { name, models } = notebook;

  it('takes the seven steps, in its source and in its readable form', () => {
    const source = text(sourceOf(notebook));
    expect([...source.matchAll(/^# ## (.+)$/gm)].map(([, title]) => title)).toEqual(sevenSteps);
    expect([...prose(name).matchAll(/^## (.+)$/gm)].map(([, title]) => title)).toEqual(sevenSteps);
  });

  it('has its pictures beside its readable form, each of them in it', () => {
    const shown = [...prose(name).matchAll(/\]\((\S+?\.png)\)|src="(\S+?\.png)"/g)].map(([, a, b]) => a ?? b ?? '');
    const there = readdirSync(projectFile(`docs/notebooks/${name}_files`)).map((file) => `${name}_files/${file}`);
    expect(shown.toSorted()).toEqual(there.toSorted());
    expect(there.length).toBeGreaterThanOrEqual(3);
  });

  it('links to what is there', () => {
    for (const file of [`docs/notebooks/${name}.md`, `notebooks/${name}/README.md`]) {
      const links = [...withoutCode(text(file)).matchAll(/\]\((?!https?:|#)([^)\s#]+)[^)]*\)/g)].map(
        ([, link]) => link ?? '',
      );
      const broken = links.filter((link) => !existsSync(new URL(link, projectFile(file))));
      expect(broken).toEqual([]);
    }
  });

  it('prints nothing that another run would print otherwise: no times, no folders of its machine', () => {
    expect(text(`docs/notebooks/${name}.md`)).not.toMatch(
      /\/(tmp|root|home)\/|0x[0-9a-f]{8}|\d(\.\d+)? ?(seconds|rows\/s)/,
    );
  });

  it('reads the data that its checksums name', async () => {
    await expect(checkData(root, notebook)).resolves.toBeUndefined();
  });

  it('is the one that the committed models were made from', async () => {
    expect(await outdatedModels(root, notebook)).toEqual([]);
  });

  describe.each(models)('its model %s', (model) => {
    it('says on which data it is how good, and what it was trained on', () => {
      const card = JSON.parse(text(`${model}/model.json`)) as { inputs: { name: string }[]; profile: object };
      expect(card).toMatchObject({
        quality: { split: expect.stringMatching(/\w+ \w+/), n: expect.any(Number) },
        madeBy: { tool: expect.stringMatching(/\d/), algorithm: expect.any(String) },
        trainedOn: expect.any(Object),
      });
      for (const { name: input } of card.inputs) expect(card.profile).toHaveProperty([input]);
    });

    it('scores 1,000 golden rows in a stream as its tool did, to 1e-5', async () => {
      const golden = JSON.parse(text(`${model}/golden.json`)) as { tolerance: number; rows: GoldenRow[] };
      expect(golden.tolerance).toBeLessThanOrEqual(1e-5);
      expect(golden.rows.length).toBeGreaterThanOrEqual(1000);
      const scores = await streamed(
        model,
        golden.rows.map(({ input }) => input),
      );
      const distances = golden.rows.map(({ score }, at) => Math.abs(score - (scores[at] ?? Number.NaN)));
      expect(distances.filter((distance) => !(distance <= golden.tolerance))).toEqual([]);
    });

    it('has a card for people: quality, ROC, calibration, threshold, harm, limits, licence', () => {
      const card = text(`${model}/MODEL-CARD.md`);
      const headings = [...card.matchAll(/^## (.+)$/gm)].map(([, title]) => title);
      expect(headings).toEqual(expect.arrayContaining(['Quality', 'Who could be harmed', 'Limits', 'Licence']));
      for (const word of [/\bROC\b/, /threshold/i, new RegExp(`docs/notebooks/${name}`)]) expect(card).toMatch(word);
    });
  });
});
