import { z } from 'zod';

const numbers = z.array(z.number());

/** Spark's `VectorUDT` as it stands in Parquet, sparse (type 0) or dense (type 1), read as its values. */
export const vector = z
  .object({
    type: z.number(),
    size: z.number().int().min(0).max(10_000_000).nullish(),
    indices: numbers.nullish(),
    values: numbers,
  })
  .transform(({ type, size, indices, values }, context): number[] => {
    if (type === 1) return values;
    const dense = Array.from({ length: size ?? 0 }, () => 0);
    for (const [position, index] of (indices ?? []).entries()) {
      const value = values[position];
      if (value === undefined || index < 0 || index >= dense.length) {
        context.addIssue(`a sparse vector of ${size ?? 'no'} elements has the element ${index}`);
        return z.NEVER;
      }
      dense[index] = value;
    }
    return dense;
  });

/** Spark's `MatrixUDT` as it stands in Parquet, read as its rows. */
export const matrix = z
  .object({
    type: z.number(),
    numRows: z.number().int().min(0),
    numCols: z.number().int().min(0),
    colPtrs: numbers.nullish(),
    rowIndices: numbers.nullish(),
    values: numbers,
    isTransposed: z.boolean(),
  })
  .transform(({ type, numRows, numCols, colPtrs, rowIndices, values, isTransposed }, context): number[][] => {
    if (numRows * numCols > 10_000_000) {
      context.addIssue(`a matrix of ${numRows} × ${numCols} is too large`);
      return z.NEVER;
    }
    const rows = Array.from({ length: numRows }, () => Array.from({ length: numCols }, () => 0));
    const put = (major: number, minor: number, value: number | undefined): boolean => {
      const row = rows[isTransposed ? major : minor];
      const column = isTransposed ? minor : major;
      if (row === undefined || value === undefined || column >= numCols) return false;
      row[column] = value;
      return true;
    };
    const [majors, minors] = isTransposed ? [numRows, numCols] : [numCols, numRows];
    let whole = true;
    for (let major = 0; major < majors; major += 1) {
      if (type === 1) {
        for (let minor = 0; minor < minors; minor += 1)
          whole = put(major, minor, values[major * minors + minor]) && whole;
      } else {
        const end = colPtrs?.[major + 1] ?? 0;
        for (let at = colPtrs?.[major] ?? 0; at < end; at += 1)
          whole = put(major, rowIndices?.[at] ?? -1, values[at]) && whole;
      }
    }
    if (!whole) {
      context.addIssue(`a matrix of ${numRows} × ${numCols} does not have the values that its shape says`);
      return z.NEVER;
    }
    return rows;
  });
