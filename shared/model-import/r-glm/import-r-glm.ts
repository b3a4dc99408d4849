import { basename } from 'node:path';
import type { ModelCard } from '#shared/scoring';
import type { ImportedModel } from '../imported-model.js';
import { type GlmFile, readGlmFile } from './glm-file.js';
import { GlmGraph } from './glm-graph.js';

/** How far a score may be from R's own: both reckon in doubles, so that only very large means are further off. */
function toleranceOf(rows: GlmFile['golden']): number {
  return rows.reduce((tolerance, { score }) => Math.max(tolerance, Math.abs(score) * 1e-12), 1e-6);
}

/**
 * Makes a model of a generalized linear model that `export-glm.R` wrote. The record's fields are the variables of R's formula;
 * a text that the model was not trained on is scored as the reference level, where R itself refuses the row.
 * @throws KitError 'model-missing' when there is no such file, 'model-invalid' naming what is wrong in it or not understood.
 */
export async function importRGlm(file: string): Promise<ImportedModel> {
  const glm = await readGlmFile(file);
  const name = basename(file).replace(/(\.r-glm)?\.json$/i, '') || basename(file);
  const graph = new GlmGraph(name, glm, file);
  return {
    graph: graph.toBytes(),
    card: {
      name,
      version: '1',
      description: `R: ${glm.formula}`,
      inputs: glm.fields.map(({ name: field, type, levels }) => ({
        name: field,
        type: type === 'text' ? 'string' : 'number',
        optional: false,
        ...(type === 'text' && levels !== undefined && { categories: levels }),
      })),
      ...outcome(glm),
      output: { tensor: graph.score },
      reasons: { tensor: graph.contributions, names: glm.fields.map((field) => field.name) },
      madeBy: { tool: `R ${glm.rVersion}`, algorithm: `generalized linear model (${glm.family}, ${glm.link})` },
    },
    ...(glm.golden.length > 0 && {
      golden: { madeBy: `R ${glm.rVersion}`, tolerance: toleranceOf(glm.golden), rows: glm.golden },
    }),
  };
}

function outcome({ family, labels }: GlmFile): Pick<ModelCard, 'task' | 'labels'> {
  if (family !== 'binomial' && family !== 'quasibinomial') return { task: 'regression' };
  return { task: 'binary', ...(labels.length === 2 && { labels }) };
}
