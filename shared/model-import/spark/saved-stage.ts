import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { z } from 'zod';
import { KitError } from '#shared/errors';
import { Parameters } from './parameters.js';

const metadata = z.looseObject({
  class: z.string().min(1),
  uid: z.string().min(1),
  sparkVersion: z.string().default('of unknown version'),
  paramMap: z.record(z.string(), z.unknown()).default({}),
  // Spark 2.3 and older wrote the defaults into paramMap.
  defaultParamMap: z.record(z.string(), z.unknown()).default({}),
  numFeatures: z.number().int().optional(),
  numClasses: z.number().int().optional(),
});

const MEGABYTE = 1_048_576;
const LARGEST = { metadata: 16 * MEGABYTE, data: 256 * MEGABYTE };

/** One stage of a pipeline, or the pipeline itself, as `MLWriter.save` leaves it: a folder with `metadata` and `data`. */
export class SavedStage {
  /** The class without its package: "StringIndexerModel". */
  readonly kind: string;
  readonly uid: string;
  readonly sparkVersion: string;
  readonly numFeatures: number | undefined;
  readonly numClasses: number | undefined;
  readonly parameters: Parameters;

  private constructor(
    readonly folder: string,
    saved: z.infer<typeof metadata>,
  ) {
    this.kind = saved.class.split('.').at(-1) ?? saved.class;
    this.uid = saved.uid;
    this.sparkVersion = saved.sparkVersion;
    this.numFeatures = saved.numFeatures;
    this.numClasses = saved.numClasses;
    this.parameters = new Parameters({ ...saved.defaultParamMap, ...saved.paramMap }, this.title);
  }

  /**
   * Reads the metadata of a folder that Spark saved.
   * @throws KitError 'model-missing' when there is no such folder, 'model-invalid' when its metadata do not read.
   */
  static async open(folder: string): Promise<SavedStage> {
    const [file] = await parts(join(folder, 'metadata'), /^part-/);
    if (file === undefined) {
      throw new KitError(
        'model-missing',
        `The folder ${folder} holds no saved Spark model: metadata/part-00000 is missing. Give the folder that PipelineModel.save wrote, copied whole.`,
      );
    }
    await refuseLarge(file, LARGEST.metadata);
    const text = await readFile(file, 'utf8');
    try {
      return new SavedStage(folder, metadata.parse(JSON.parse(text)));
    } catch (error) {
      throw KitError.from(error, 'model-invalid', `The metadata ${file} of a Spark model cannot be read`);
    }
  }

  /** The folder with its class, for messages. */
  get title(): string {
    return `The Spark stage ${this.kind} (${this.uid})`;
  }

  /** The rows of the stage's `data` folder, or another of its folders, in the order of the part files. */
  async rows<Row>(schema: z.ZodType<Row>, data = 'data'): Promise<Row[]> {
    const files = await parts(join(this.folder, data), /\.parquet$/);
    if (files.length === 0) {
      throw new KitError(
        'model-missing',
        `${this.title} has no Parquet file in ${join(this.folder, data)}; copy the saved model whole.`,
      );
    }
    const rows: Row[] = [];
    for (const path of files) {
      await refuseLarge(path, LARGEST.data);
      try {
        const found = await parquetReadObjects({ file: await asyncBufferFromFile(path) });
        rows.push(...found.map((row) => schema.parse(row)));
      } catch (error) {
        throw KitError.from(error, 'model-invalid', `${this.title}: its file ${path} cannot be read`);
      }
    }
    return rows;
  }

  /** The one row of a stage that saves one. */
  async row<Row>(schema: z.ZodType<Row>): Promise<Row> {
    const [row, ...more] = await this.rows(schema);
    if (row === undefined || more.length > 0)
      throw this.refusal(`its data are ${row === undefined ? 'empty' : 'more than one row'}; one row is right`);
    return row;
  }

  /** Why the stage cannot be imported: a KitError 'model-invalid' to throw. */
  refusal(reason: string): KitError {
    return new KitError('model-invalid', `${this.title} cannot be imported: ${reason}.`);
  }
}

async function parts(folder: string, pattern: RegExp): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names
      .filter((name) => pattern.test(name))
      .sort()
      .map((name) => join(folder, name));
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return [];
    throw KitError.from(error, 'model-missing', `Reading the folder ${folder} of a Spark model`);
  }
}

async function refuseLarge(file: string, largest: number): Promise<void> {
  const { size } = await stat(file);
  if (size > largest) {
    throw new KitError(
      'model-invalid',
      `The file ${file} of a Spark model has ${size} bytes; at most ${largest} are read.`,
    );
  }
}
