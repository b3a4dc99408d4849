import { GraphBuilder } from '#shared/onnx';
import type { ImportedModel } from '../imported-model.js';
import type { Compilation } from './compilation.js';
import { readDataDictionary } from './data-dictionary.js';
import { checkShape, childNamed, childrenNamed, optional, refusal, required } from './element.js';
import { type CompiledModel, compileModel } from './model.js';
import { MODEL_KINDS } from './model-kinds.js';
import { Ops } from './ops.js';
import { derivedFields } from './scope.js';
import { verificationRows } from './verification.js';
import type { XmlElement } from './xml.js';

/** Elements of a document that are no models. */
const PARTS = ['Header', 'MiningBuildTask', 'DataDictionary', 'TransformationDictionary', 'Extension'];
const NAMESPACE = 'http://www.dmg.org/PMML';
const VERSION = /^(3\.[0-2]|4\.[0-4](\.\d)?)$/;
const OUTPUT = 'prediction';

/**
 * Writes the graph and the card of a PMML document.
 * @throws KitError 'model-invalid' naming the element or attribute that is not understood, and its line.
 */
export function compileDocument(root: XmlElement, name: string | undefined): ImportedModel {
  if (root.name !== 'PMML') throw refusal(root, 'this is no PMML document.');
  if (root.namespace !== '' && !root.namespace.startsWith(NAMESPACE)) {
    throw refusal(root, `its namespace is ${root.namespace}; that of PMML begins with ${NAMESPACE}.`);
  }
  checkShape(root, { attributes: ['version'], children: root.children.map((child) => child.name) });
  const version = required(root, 'version');
  if (!VERSION.test(version)) throw refusal(root, `version "${version}" is not understood; 3.0 to 4.4 are.`);
  const models = root.children.filter((child) => !PARTS.includes(child.name));
  const [element] = models;
  if (element === undefined || models.length > 1) {
    throw refusal(root, `it holds ${models.length} models; one can be imported.`);
  }
  const dictionary = childNamed(root, 'DataDictionary');
  if (dictionary === undefined) throw refusal(root, 'it has no DataDictionary.');
  const transformations = childNamed(root, 'TransformationDictionary');
  const modelName = name ?? (optional(element, 'modelName') || 'pmml-model');
  const compilation: Compilation = {
    ops: new Ops(new GraphBuilder(modelName)),
    fields: readDataDictionary(dictionary),
    derivedFields: derivedFields(transformations),
    functions: new Map(
      (transformations ? childrenNamed(transformations, 'DefineFunction') : []).map((each) => [
        required(each, 'name'),
        each,
      ]),
    ),
    inputs: new Map(),
    invalid: new Set(),
  };
  const model = compileModel(element, compilation, undefined, MODEL_KINDS);
  checkUnusedFields(model, compilation);
  const graph = writeOutput(model, compilation);
  const plain = card(model, compilation);
  const made = madeBy(root, element, version);
  const golden = verificationRows(element, plain, compilation.fields, targetOf(model));
  return {
    graph,
    card: { name: modelName, ...plain, madeBy: made },
    ...(golden === undefined ? {} : { golden: { ...golden, madeBy: made.tool ?? 'the tool that wrote the PMML' } }),
  };
}

const targetOf = ({ scope }: CompiledModel): string | undefined =>
  [...scope.schema.values()].find(({ isTarget }) => isTarget)?.name;

/** A field that the model does not use can still make a row invalid. */
function checkUnusedFields({ scope }: CompiledModel, { fields }: Compilation): void {
  for (const { name, isActive, invalidTreatment, missingTreatment, element } of scope.schema.values()) {
    const data = fields.get(name);
    if (!isActive || data === undefined) continue;
    const declared =
      data.valid.length + data.invalid.length + data.intervals.length > 0 ||
      ['integer', 'boolean'].includes(optional(data.element, 'dataType') ?? '');
    if (missingTreatment === 'returnInvalid' || (declared && invalidTreatment === 'returnInvalid')) {
      scope.resolve(name, element);
    }
  }
}

function writeOutput({ prediction }: CompiledModel, { ops, invalid }: Compilation): Uint8Array {
  const value =
    prediction.kind === 'regression'
      ? prediction.value
      : prediction.kind === 'classification'
        ? prediction.probabilities
        : prediction.distances;
  const checked = invalid.size === 0 ? value : ops.nanWhere(ops.or(...invalid), value);
  ops.builder.node('Identity', [ops.full(checked)], {}, { output: OUTPUT });
  ops.builder.output(OUTPUT, 'double', ['N', prediction.kind === 'regression' ? 1 : prediction.labels.length]);
  return ops.builder.toBytes();
}

function card(
  { prediction, scope }: CompiledModel,
  { inputs, fields }: Compilation,
): Omit<ImportedModel['card'], 'name' | 'madeBy'> {
  for (const input of prediction.needs ?? []) {
    const field = inputs.get(input);
    if (field !== undefined && scope.schema.get(input)?.missingReplacement === undefined) field.required = true;
  }
  const common = {
    version: '1',
    description: '',
    inputs: [...inputs].map(([name, { tensor, type, categories, required: isRequired }]) => ({
      name,
      ...(tensor === name ? {} : { tensor }),
      type,
      optional: !isRequired,
      ...(type === 'string' && categories !== undefined && fields.has(name) ? { categories: [...categories] } : {}),
    })),
    output: { tensor: OUTPUT },
  };
  if (prediction.kind === 'regression') return { ...common, task: 'regression' };
  const labels = [...prediction.labels];
  if (prediction.kind === 'clustering') return { ...common, task: 'clustering', labels };
  if (labels.length > 2 || prediction.sumIsFree) return { ...common, task: 'multiclass', labels };
  const { threshold } = prediction;
  return { ...common, task: 'binary', labels, ...(threshold === undefined ? {} : { threshold }) };
}

function madeBy(root: XmlElement, model: XmlElement, version: string): { tool?: string } & Record<string, string> {
  const header = childNamed(root, 'Header');
  const application = header && childNamed(header, 'Application');
  const tool =
    application && [optional(application, 'name'), optional(application, 'version')].filter(Boolean).join(' ');
  const algorithm = optional(model, 'algorithmName');
  return {
    ...(tool ? { tool } : {}),
    ...(algorithm ? { algorithm } : {}),
    format: `PMML ${version}`,
    model: model.name,
  };
}
