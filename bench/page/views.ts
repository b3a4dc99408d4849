/** Of the page: the live view, and those of its parts. */
export const views = ['live', 'pipeline', 'records', 'model', 'faults'] as const;
export type View = (typeof views)[number];
