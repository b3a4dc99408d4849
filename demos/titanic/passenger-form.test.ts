import { describe, expect, it } from 'vitest';
import { KitError } from '#shared/errors';
import { passengerForm } from './passenger-form.js';
import { titleOf } from './title.js';

const at = { id: 'form-1', eventTime: Date.UTC(2012, 3, 10, 12) };
const ada = {
  title: 'Miss',
  name: ' Augusta  Ada Byron ',
  sex: 'female',
  age: 22,
  passengerClass: '1st',
  siblingsSpouses: 0,
  parentsChildren: 1,
};

function problem(body: unknown): string {
  try {
    passengerForm.parse(body, at);
  } catch (error) {
    expect(error).toMatchObject({ code: 'usage' });
    return KitError.from(error).message;
  }
  throw new Error('It was taken; a refusal was expected.');
}

describe('somebody from the form', () => {
  it('is a passenger as the list writes one, with the id and the time that were given', () => {
    const passenger = passengerForm.parse(ada, at);
    expect(passenger).toEqual({
      id: 'form-1',
      boardedAt: at.eventTime,
      name: 'Byron, Miss. Augusta Ada',
      sex: 'female',
      age: 22,
      passengerClass: '1st',
      siblingsSpouses: 0,
      parentsChildren: 1,
    });
    expect(passengerForm.key(passenger)).toBe('form-1');
  });

  it.each([
    ['Mr', 'Mr'],
    ['Mme', 'Mrs'],
    ['Dr', 'Other'],
  ])('is in the stream what the title says: %s is %s', (title, inTheStream) => {
    expect(titleOf(passengerForm.parse({ ...ada, title }, at).name)).toBe(inTheStream);
  });

  it('may have no age, one name, and a sex that no model knows', () => {
    expect(passengerForm.parse({ ...ada, age: null, name: 'Ada', sex: 'unknown' }, at)).toMatchObject({
      age: null,
      name: 'Ada, Miss.',
      sex: 'unknown',
    });
  });

  it.each([
    [{ title: '' }, 'The title is missing.'],
    [{ title: 'Miss. ' }, 'The title has a comma or a full stop in it; leave that out.'],
    [{ name: '  ' }, 'The name is missing.'],
    [{ name: 'Byron, Ada' }, 'The name has a comma in it; give it as it is spoken.'],
    [{ name: 'A'.repeat(61) }, 'The name is longer than 60 letters.'],
    [{ sex: 1 }, 'The sex must be text.'],
    [{ age: 'old' }, 'The age must be a number of years from 0 to 120, or left open.'],
    [{ age: 121 }, 'The age must be a number of years from 0 to 120, or left open.'],
    [{ siblingsSpouses: null }, 'Siblings and spouse must be a whole number from 0 to 20.'],
    [{ parentsChildren: 1.5 }, 'Parents and children must be a whole number from 0 to 20.'],
    [
      { age: -1, siblingsSpouses: 21 },
      'The age must be a number of years from 0 to 120, or left open. Siblings and spouse must be a whole number from 0 to 20.',
    ],
    [
      { survived: true },
      'What was sent must be an object with title, name, sex, age, passengerClass, siblingsSpouses and parentsChildren, and nothing else.',
    ],
  ])('is refused with %j, in a sentence for each fault', (fields, sentence) => {
    expect(problem({ ...ada, ...fields })).toBe(sentence);
  });

  it.each([[null], ['Ada'], [[]], [{}]])('is refused where it is %j', (body) => {
    expect(problem(body)).not.toBe('');
  });
});
