import type { GraphBuilder } from '#shared/onnx';
import type { Expression, FunctionName } from './glm-file.js';

const BINARY: Partial<Record<FunctionName, string>> = {
  '+': 'Add',
  '-': 'Sub',
  '*': 'Mul',
  '/': 'Div',
  '^': 'Pow',
  pmin: 'Min',
  pmax: 'Max',
};
const UNARY: Partial<Record<FunctionName, string>> = { log: 'Log', exp: 'Exp', sqrt: 'Sqrt', abs: 'Abs', '-': 'Neg' };

const COMPARISON: Partial<Record<FunctionName, string>> = {
  '<': 'Less',
  '<=': 'LessOrEqual',
  '>': 'Greater',
  '>=': 'GreaterOrEqual',
  '==': 'Equal',
  '!=': 'Equal',
};
/** The code of ONNX's element type double, as `Cast` wants it. */
const DOUBLE = 11;

/** The value [N, 1] of an expression in doubles; `fieldValue` gives that of a field. */
export function expressionGraph(
  builder: GraphBuilder,
  expression: Expression,
  fieldValue: (name: string) => string,
): string {
  if (typeof expression === 'number') return builder.constant('double', [expression], [1, 1]);
  if ('field' in expression) return fieldValue(expression.field);
  const { call } = expression;
  const [first = '', second] = expression.arguments.map((argument) => expressionGraph(builder, argument, fieldValue));
  const constant = (value: number): string => builder.constant('double', [value], [1, 1]);
  const comparison = COMPARISON[call];
  if (comparison !== undefined && second !== undefined) {
    const compared = builder.node(comparison, [first, second]);
    const holds = builder.node('Cast', [call === '!=' ? builder.node('Not', [compared]) : compared], {
      to: { int: DOUBLE },
    });
    // What is not a number is neither more nor less in R, but NA; only what is computed can be that.
    const computed = [first, second].filter((_, at) => isComputed(expression.arguments[at]));
    return computed.reduce((value, operand) => {
      const isUndefined = builder.node('IsNaN', [operand]);
      return builder.node('Where', [isUndefined, operand, value]);
    }, holds);
  }
  if (second !== undefined) return builder.node(BINARY[call] ?? call, [first, second]);
  switch (call) {
    case '+':
      return first;
    case 'log1p':
      return builder.node('Log', [builder.node('Add', [first, constant(1)])]);
    case 'log2':
      return builder.node('Mul', [builder.node('Log', [first]), constant(Math.LOG2E)]);
    case 'log10':
      return builder.node('Mul', [builder.node('Log', [first]), constant(Math.LOG10E)]);
    default:
      return builder.node(UNARY[call] ?? call, [first]);
  }
}

function isComputed(expression: Expression | undefined): boolean {
  return typeof expression === 'object' && 'call' in expression;
}

/** The fields that an expression reads. */
export function fieldsOf(expression: Expression): string[] {
  if (typeof expression === 'number') return [];
  return 'field' in expression ? [expression.field] : expression.arguments.flatMap(fieldsOf);
}
