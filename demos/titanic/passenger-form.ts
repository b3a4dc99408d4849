import { z } from 'zod';
import type { AskDefinition } from '#shared/commands';
import { KitError } from '#shared/errors';
import type { Passenger } from './topics.js';

const text = (field: string, most: number) =>
  z
    .string(`${field} must be text.`)
    .trim()
    .min(1, `${field} is missing.`)
    .max(most, `${field} is longer than ${most} letters.`);

const relatives = (field: string) => {
  const right = `${field} must be a whole number from 0 to 20.`;
  return z.number(right).int(right).min(0, right).max(20, right);
};

const age = 'The age must be a number of years from 0 to 120, or left open.';

/** Bounded, and no more than that: which sex and class there are is for the models to say. */
const form = z.strictObject(
  {
    title: text('The title', 20).regex(/^[^,.]*$/, 'The title has a comma or a full stop in it; leave that out.'),
    name: text('The name', 60).regex(/^[^,]*$/, 'The name has a comma in it; give it as it is spoken.'),
    sex: text('The sex', 20),
    age: z.number(age).min(0, age).max(120, age).nullable(),
    passengerClass: text('The class', 20),
    siblingsSpouses: relatives('Siblings and spouse'),
    parentsChildren: relatives('Parents and children'),
  },
  'What was sent must be an object with title, name, sex, age, passengerClass, siblingsSpouses and parentsChildren, and nothing else.',
);

/** Somebody who was never on board, from the form of the page: a passenger like any other. */
export const passengerForm: AskDefinition<Passenger> = {
  parse(body, { id, eventTime: boardedAt }) {
    const parsed = form.safeParse(body);
    if (!parsed.success) {
      throw new KitError('usage', [...new Set(parsed.error.issues.map(({ message }) => message))].join(' '));
    }
    const { title, name, ...rest } = parsed.data;
    const words = name.split(/\s+/);
    const surname = words.at(-1) ?? '';
    const given = words.slice(0, -1).join(' ');
    // As the list writes it: the title is read from there.
    return { ...rest, id, boardedAt, name: `${surname}, ${title}. ${given}`.trim() };
  },
  key: ({ id }) => id,
};
