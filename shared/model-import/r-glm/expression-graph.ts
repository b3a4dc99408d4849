import type { GraphBuilder } from '#shared/onnx';
import type { Expression, FunctionName } from './glm-file.js';

const BINARY: Partial<Record<FunctionName, string>> = { '+': 'Add', '-': 'Sub', '*': 'Mul', '/': 'Div', '^': 'Pow' };
const UNARY: Partial<Record<FunctionName, string>> = { log: 'Log', exp: 'Exp', sqrt: 'Sqrt', abs: 'Abs', '-': 'Neg' };

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

/** The fields that an expression reads. */
export function fieldsOf(expression: Expression): string[] {
  if (typeof expression === 'number') return [];
  return 'field' in expression ? [expression.field] : expression.arguments.flatMap(fieldsOf);
}
