import { type Compilation, used } from './compilation.js';
import type { DataField } from './data-dictionary.js';
import { childNamed, choice, optional, refusal, required } from './element.js';
import { readMiningSchema } from './mining-schema.js';
import type { Prediction } from './prediction.js';
import { Scope } from './scope.js';
import { applyTarget, readTarget, type Target } from './targets.js';
import type { XmlElement } from './xml.js';

/** Attributes that every model element may have, with those of its own. */
export const MODEL_ATTRIBUTES = [
  'modelName',
  'functionName',
  'algorithmName',
  'isScorable',
  'targetFieldName',
  'mathContext',
];
/** Elements that every model element may hold, beside its own. */
export const MODEL_CHILDREN = ['MiningSchema', 'Output', 'Targets', 'LocalTransformations'];

/** What a model's compiler gets: the element, and what it may name. */
export interface ModelSource {
  readonly element: XmlElement;
  readonly scope: Scope;
  readonly task: 'regression' | 'classification' | 'clustering';
  /** The field that is predicted, where the document declares one. */
  readonly target: DataField | undefined;
  /** Whether the target is ordered: its classes then cumulate. */
  readonly isOrdinal: boolean;
  /** Opens a model inside this one, without compiling it. */
  open(element: XmlElement): OpenedModel;
  /** Compiles a model inside this one. */
  compile(element: XmlElement): CompiledModel;
}

/** A model before it is compiled: what it may name, and what it predicts. */
export type OpenedModel = Omit<ModelSource, 'open' | 'compile'>;

/** Writes one kind of model into the graph. */
export type ModelCompiler = (source: ModelSource) => Prediction;

export interface CompiledModel {
  readonly element: XmlElement;
  readonly prediction: Prediction;
  readonly scope: Scope;
}

function openModel(
  element: XmlElement,
  compilation: Compilation,
  parent: Scope | undefined,
): OpenedModel & { readonly treatment: Target | undefined } {
  if (choice(element, 'isScorable', ['true', 'false'], 'true') === 'false') {
    throw refusal(element, 'isScorable="false": the document itself says that this model cannot score.');
  }
  const schemaElement = childNamed(element, 'MiningSchema');
  const schema = schemaElement === undefined ? new Map() : readMiningSchema(schemaElement);
  const scope = new Scope(compilation, schema, childNamed(element, 'LocalTransformations'), parent);
  const targets = [...schema.values()].filter(({ isTarget }) => isTarget);
  const [targetField] = targets;
  if (targets.length > 1) throw refusal(element, `it predicts ${targets.length} fields; one can be predicted.`);
  const name = targetField?.name ?? optional(element, 'targetFieldName');
  const target = name === undefined ? undefined : compilation.fields.get(name);
  if (targetField !== undefined && target === undefined) {
    throw refusal(targetField.element, `the field "${targetField.name}" is not in the DataDictionary.`);
  }
  const task = choice(element, 'functionName', ['regression', 'classification', 'clustering']);
  const treatment = readTarget(childNamed(element, 'Targets'), name);
  const optype =
    treatment?.optype ??
    (targetField && optional(targetField.element, 'optype')) ??
    (target && optional(target.element, 'optype'));
  if (task === 'classification' && optype === 'continuous') {
    throw refusal(element, 'its target is continuous, and has no classes.');
  }
  return {
    element,
    scope,
    task,
    target,
    isOrdinal: optype === 'ordinal',
    treatment,
  };
}

/** Compiles a model with the compiler of its kind, and everything around it that all models have. */
export function compileModel(
  element: XmlElement,
  compilation: Compilation,
  parent: Scope | undefined,
  compilers: Readonly<Record<string, ModelCompiler>>,
): CompiledModel {
  const compiler = compilers[element.name];
  if (compiler === undefined) throw refusal(element, 'this kind of model is not understood.');
  const { treatment, ...opened } = openModel(element, compilation, parent);
  const { scope } = opened;
  const raw = compiler({
    ...opened,
    open: (inner) => openModel(inner, compilation, scope),
    compile: (inner) => compileModel(inner, compilation, scope, compilers),
  });
  return { element, scope, prediction: applyTarget(compilation.ops, raw, treatment) };
}

/**
 * The labels of a classification in the order of the target's declaration, which is that of the document's classes where
 * nothing is declared.
 * @throws KitError 'model-invalid' where there are not two or more.
 */
export function labelsInOrder(
  { element, target }: Pick<ModelSource, 'element' | 'target'>,
  found: readonly string[],
): readonly string[] {
  const distinct = [...new Set(found)];
  const declared = target?.valid ?? [];
  const stranger = distinct.find((label) => declared.length > 0 && !declared.includes(label));
  if (stranger !== undefined) {
    throw refusal(element, `"${stranger}" is none of the values that are declared for the target.`);
  }
  const labels = declared.length > 0 ? declared : distinct;
  if (labels.length >= 2) return labels;
  throw refusal(element, `it tells ${labels.length} classes apart; two are the least.`);
}

/** A field that an attribute names. */
export function fieldOf(scope: Scope, element: XmlElement, attribute = 'field'): ReturnType<Scope['resolve']> {
  return used(scope, scope.resolve(required(element, attribute), element));
}
