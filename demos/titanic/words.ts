import type { Verdict } from './topics.js';

/** What the models call their inputs, for people. */
const inputs: Readonly<Record<string, string>> = {
  passengerClass: 'class',
  siblingsSpouses: 'siblings, spouse',
  parentsChildren: 'parents, children',
};

/** "Bradley, Miss. Bridget Delia" is Miss Bridget Delia Bradley. */
export function nameInWords(name: string): string {
  const [, surname = name, title = '', given = ''] = /^([^,]*),([^.]*)\.(.*)$/.exec(name) ?? [];
  return [title, given, surname]
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .join(' ');
}

/** "class ↓": it made being saved less likely. */
export const reasonsInWords = ({ reasons }: Pick<Verdict, 'reasons'>): string =>
  reasons.map(({ name, contribution }) => `${inputs[name] ?? name} ${contribution > 0 ? '↑' : '↓'}`).join(', ');

export const percent = (score: number): string => `${Math.round(100 * score)} %`;
