import { parser } from '@prometheus-io/lezer-promql';

/** A selector of series in a query: `kafka_ml_scorer_up{job=~"$job"}`. */
export interface Selector {
  readonly metric: string;
  readonly matchers: readonly { readonly label: string; readonly operator: string; readonly value: string }[];
  /** The range after it, with its variable if it is one: `$__rate_interval`; undefined for the value of a moment. */
  readonly range: string | undefined;
  /** The function that it is given to at once: `rate`. */
  readonly calledBy: string | undefined;
}

interface ParsedQuery {
  readonly selectors: readonly Selector[];
  /** Where the query stops to be PromQL. */
  readonly brokenAt: number | undefined;
}

// Durations that nobody writes stand for the variables, which the grammar does not know.
const durations = { $__rate_interval: '8869990787ms', $__range: '6069770749ms', $__interval: '4867856611ms' } as const;

/** Reads a query of a dashboard by Prometheus' own grammar, with variables where durations belong. */
export function parseQuery(query: string): ParsedQuery {
  const entries = Object.entries(durations);
  const text = entries.reduce((expanded, [name, duration]) => expanded.replaceAll(`[${name}]`, `[${duration}]`), query);
  const selectors: Selector[] = [];
  let brokenAt = text.trim() === '' ? 0 : undefined;
  const cursor = parser.parse(text).cursor();
  do {
    if (cursor.type.isError) brokenAt ??= cursor.from;
    if (cursor.name === 'VectorSelector') selectors.push(selectorAt(cursor.node, text));
  } while (cursor.next());
  return { selectors, brokenAt };
}

type SyntaxNode = ReturnType<typeof parser.parse>['topNode'];

function selectorAt(node: SyntaxNode, text: string): Selector {
  const textOf = (part: SyntaxNode | null): string => (part === null ? '' : text.slice(part.from, part.to));
  const matchers = (node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? []).map((matcher) => ({
    label: textOf(matcher.getChild('LabelName')),
    operator: textOf(matcher.getChild('MatchOp')),
    value: textOf(matcher.getChild('StringLiteral')).slice(1, -1),
  }));
  const matrix = node.parent?.name === 'MatrixSelector' ? node.parent : undefined;
  const range = matrix && textOf(matrix).slice(textOf(node).length + 1, -1);
  const variable = Object.entries(durations).find(([, duration]) => duration === range)?.[0];
  const call = (matrix ?? node).parent?.parent;
  return {
    metric: textOf(node.getChild('Identifier')),
    matchers,
    range: variable ?? range,
    calledBy: call?.name === 'FunctionCall' ? textOf(call.getChild('FunctionIdentifier')) : undefined,
  };
}
