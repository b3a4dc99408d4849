import type { DescribedNode } from './topology-text.js';

/** What operators are called by those who read a picture; the rest of a generated name is a number. */
const words: readonly (readonly [prefix: string, words: (store: string | undefined) => string])[] = [
  ['KSTREAM-SCORE-', () => 'Score'],
  ['KSTREAM-FILTER-', () => 'Filter'],
  ['KTABLE-FILTER-', () => 'Filter table'],
  ['KSTREAM-MAPVALUES-', () => 'Map values'],
  ['KTABLE-MAPVALUES-', () => 'Map table values'],
  ['KSTREAM-FLATMAPVALUES-', () => 'Flat-map values'],
  ['KSTREAM-FLATMAP-', () => 'Flat-map'],
  ['KSTREAM-MAP-', () => 'Map'],
  ['KSTREAM-KEY-SELECT-', () => 'Select key'],
  ['KTABLE-SELECT-', () => 'Select key'],
  ['KSTREAM-PEEK-', () => 'Peek'],
  ['KSTREAM-FOREACH-', () => 'For each'],
  ['KSTREAM-BRANCH-', () => 'Branch'],
  ['KSTREAM-BRANCHCHILD-', () => 'Branch'],
  ['KSTREAM-MERGE-', () => 'Merge'],
  ['KTABLE-MERGE-', () => 'Merge tables'],
  ['KSTREAM-LEFTJOIN-', (store) => (store === undefined ? 'Left join' : `Left join ${store}`)],
  ['KSTREAM-JOIN-', (store) => (store === undefined ? 'Join' : `Join ${store}`)],
  ['KSTREAM-WINDOWED-', () => 'Keep for the join'],
  ['KSTREAM-JOINTHIS-', () => 'Join the other side'],
  ['KSTREAM-JOINOTHER-', () => 'Join the other side'],
  ['KSTREAM-OUTERTHIS-', () => 'Outer join'],
  ['KSTREAM-OUTEROTHER-', () => 'Outer join'],
  ['KTABLE-JOINTHIS-', () => 'Join the other table'],
  ['KTABLE-JOINOTHER-', () => 'Join the other table'],
  ['KTABLE-FK-JOIN-', () => 'Join by foreign key'],
  ['KTABLE-SOURCE-', (store) => (store === undefined ? 'Read as table' : 'Keep as table')],
  ['KSTREAM-TOTABLE-', () => 'Keep as table'],
  ['KTABLE-TOSTREAM-', () => 'Table to stream'],
  ['KTABLE-SUPPRESS-', () => 'Wait until final'],
  ['KSTREAM-AGGREGATE-', (store) => (store === undefined ? 'Aggregate' : `Aggregate ${store}`)],
  ['KTABLE-AGGREGATE-', (store) => (store === undefined ? 'Aggregate' : `Aggregate ${store}`)],
  ['KSTREAM-REDUCE-', (store) => (store === undefined ? 'Reduce' : `Reduce ${store}`)],
  ['KTABLE-REDUCE-', (store) => (store === undefined ? 'Reduce' : `Reduce ${store}`)],
  ['KSTREAM-PROCESSOR-', (store) => (store === undefined ? 'Process' : `Process with ${store}`)],
];

/** A generated name of a store tells nobody anything. */
const isGenerated = (store: string): boolean => /-STATE-STORE-\d{10}$|^K(STREAM|TABLE)-/.test(store);

/** An operator in a word or two: what kind it is and which store it works with, or the name that its author gave it. */
export function operatorInWords({ name, stores }: Pick<DescribedNode, 'name' | 'stores'>): string {
  const store = stores.find((each) => !isGenerated(each));
  const known = words.find(([prefix]) => name.startsWith(prefix));
  return known === undefined ? givenName(name) : known[1](store);
}

function givenName(name: string): string {
  // What the library adds before a repartition topic: records without a key cannot be spread by it.
  if (name.endsWith('-repartition-filter')) return 'Drop null keys';
  return name;
}

/**
 * How much of a store's content an operator gives it: 2 where it is there to fill it, 1 where nothing comes behind it and it
 * can do nothing else, 0 where it may as well only look something up.
 */
export function fillsStore({ name }: Pick<DescribedNode, 'name'>, hasChildren: boolean): 0 | 1 | 2 {
  if (/^K(STREAM|TABLE)-(SOURCE|AGGREGATE|REDUCE|TOTABLE|WINDOWED|SUPPRESS)-/.test(name)) return 2;
  return hasChildren ? 0 : 1;
}

/** Whether it is a side of a join of two streams or tables, which looks at what the other side keeps: they meet right behind. */
export function isSideOfJoin({ name }: Pick<DescribedNode, 'name'>): boolean {
  return /^K(STREAM|TABLE)-(JOIN|OUTER)(THIS|OTHER)-/.test(name);
}

/** Whether a model scores there. */
export const isScore = ({ name }: Pick<DescribedNode, 'name'>): boolean => name.startsWith('KSTREAM-SCORE-');

/** Whether what it leaves out of a stream goes no further. */
export const isFilter = ({ name }: Pick<DescribedNode, 'name'>): boolean => name.startsWith('KSTREAM-FILTER-');
