/** As the list of passengers has somebody. */
interface Person {
  readonly age: number | null;
  readonly passengerClass: string;
  readonly siblingsSpouses: number;
  readonly parentsChildren: number;
}

interface Reason {
  readonly name: string;
  readonly contribution: number;
}

/** What the models call their inputs, for people. */
const inputs: Readonly<Record<string, string>> = {
  passengerClass: 'class',
  siblingsSpouses: 'siblings, spouse',
  parentsChildren: 'parents, children',
};

/** "Bradley, Miss. Bridget Delia" is Miss Bridget Delia Bradley; a maiden name in brackets, which the source cuts off, is left out. */
export function nameInWords(name: string): string {
  const [, surname = name, title = '', given = ''] = /^([^,]*),([^.]*)\.([^(]*)/.exec(name) ?? [];
  return [title, given, surname]
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .join(' ');
}

/** "3rd class, 22, travelling alone" */
export function personInWords({ passengerClass, age, siblingsSpouses, parentsChildren }: Person): string {
  const family = siblingsSpouses + parentsChildren;
  const years = age === null ? 'age not known' : age < 1 ? 'a baby' : String(Math.floor(age));
  return `${passengerClass} class, ${years}, ${family === 0 ? 'travelling alone' : `${family} of the family aboard`}`;
}

/** "class ↓": it made being saved less likely. */
export const reasonsInWords = (reasons: readonly Reason[]): string =>
  reasons.map(({ name, contribution }) => `${inputs[name] ?? name} ${contribution > 0 ? '↑' : '↓'}`).join(' · ');

/** Rounded down: from 50 % on it is "survived". */
export const percent = (score: number): string => `${Math.floor(100 * score)} %`;
