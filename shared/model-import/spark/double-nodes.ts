import type { GraphBuilder } from '#shared/onnx';

/** The codes of ONNX's element types, as `Cast` wants them. */
const DOUBLE = 11;

export function toDouble(builder: GraphBuilder, value: string): string {
  return builder.node('Cast', [value], { to: { int: DOUBLE } });
}

/** A constant row [1, values], which meets [N, values] or [N, 1]. */
export function row(builder: GraphBuilder, values: readonly number[]): string {
  return builder.constant('double', values, [1, values.length]);
}

/** A constant matrix of these rows. */
export function matrixOf(builder: GraphBuilder, rows: readonly (readonly number[])[]): string {
  return builder.constant('double', rows.flat(), [rows.length, rows[0]?.length ?? 0]);
}

/** [N, 1] of 0 and 1 → NaN where it is 0 and 0 where it is 1. */
export function nanUnless(builder: GraphBuilder, value: string): string {
  const holds = builder.node('Greater', [value, row(builder, [0.5])]);
  return builder.node('Where', [holds, row(builder, [0]), row(builder, [Number.NaN])]);
}

/** The sum of the columns: [N, columns] → [N, 1]. */
export function sumOfColumns(builder: GraphBuilder, value: string, columns: number): string {
  return columns === 1
    ? value
    : builder.node('MatMul', [
        value,
        builder.constant(
          'double',
          Array.from({ length: columns }, () => 1),
          [columns, 1],
        ),
      ]);
}
