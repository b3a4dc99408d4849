import { KitError } from '#shared/errors';
import type { XmlElement } from './xml.js';

/** Elements that may stand anywhere and change no prediction. */
const HARMLESS = new Set([
  'Extension',
  'Header',
  'MiningBuildTask',
  'ModelStats',
  'ModelExplanation',
  'ModelVerification',
  'Annotation',
  'Partition',
]);

/** The error that refuses an element, naming it and its line. */
export function refusal(element: XmlElement, sentence: string): KitError {
  return new KitError('model-invalid', `PMML, line ${element.line}, ${element.name}: ${sentence}`);
}

/** What an element may hold: everything that is not named here is refused by name. */
export interface Shape {
  readonly attributes?: readonly string[];
  readonly children?: readonly string[];
}

/**
 * Checks that an element holds nothing that is not understood. Vendors' attributes ("x-…") and harmless elements pass.
 * @throws KitError 'model-invalid' naming the attribute or element and its line.
 */
export function checkShape(element: XmlElement, { attributes = [], children = [] }: Shape): void {
  for (const name of element.attributes.keys()) {
    if (!attributes.includes(name) && !name.startsWith('x-')) {
      throw refusal(element, `the attribute ${name} is not understood.`);
    }
  }
  for (const child of element.children) {
    if (!children.includes(child.name) && !HARMLESS.has(child.name)) {
      throw refusal(child, `this element is not understood inside ${element.name}.`);
    }
  }
}

/** An attribute's text; undefined where it is absent. */
export function optional(element: XmlElement, name: string): string | undefined {
  return element.attributes.get(name);
}

/** @throws KitError 'model-invalid' where the attribute is absent. */
export function required(element: XmlElement, name: string): string {
  const value = element.attributes.get(name);
  if (value === undefined) throw refusal(element, `the attribute ${name} is missing.`);
  return value;
}

/** A number as XML Schema writes it, INF and NaN included. */
export function parseNumber(element: XmlElement, what: string, text: string): number {
  const trimmed = text.trim();
  if (trimmed === 'INF' || trimmed === '+INF') return Number.POSITIVE_INFINITY;
  if (trimmed === '-INF') return Number.NEGATIVE_INFINITY;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(trimmed)) {
    throw refusal(element, `${what} is "${text}", which is no number.`);
  }
  return Number(trimmed);
}

export function optionalNumber(element: XmlElement, name: string): number | undefined {
  const text = element.attributes.get(name);
  return text === undefined ? undefined : parseNumber(element, `the attribute ${name}`, text);
}

export function requiredNumber(element: XmlElement, name: string): number {
  return parseNumber(element, `the attribute ${name}`, required(element, name));
}

/** One of some words; the default where the attribute is absent. */
export function choice<const Word extends string>(
  element: XmlElement,
  name: string,
  words: readonly Word[],
  otherwise?: Word,
): Word {
  const text = element.attributes.get(name) ?? otherwise;
  const word = words.find((each) => each === text);
  if (word !== undefined) return word;
  if (text === undefined) throw refusal(element, `the attribute ${name} is missing.`);
  throw refusal(element, `${name}="${text}" is not understood; it can be ${words.join(', ')}.`);
}

export function childrenNamed(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

/** The only child of that name; undefined where there is none. */
export function childNamed(element: XmlElement, name: string): XmlElement | undefined {
  const found = childrenNamed(element, name);
  if (found.length > 1) throw refusal(element, `there are ${found.length} elements ${name}; there may be one.`);
  return found[0];
}

/** The only child that is one of these elements. */
export function onlyChild(element: XmlElement, names: Iterable<string>): XmlElement {
  const wanted = new Set(names);
  const found = element.children.filter(({ name }) => wanted.has(name));
  const [child] = found;
  if (child === undefined || found.length > 1) {
    const list = [...wanted].join(', ');
    throw refusal(element, `there must be one of ${list} inside, and there are ${found.length}.`);
  }
  return child;
}

/** The items of an Array element: blanks part them, quotes hold them together, a backslash escapes a quote. */
export function arrayItems(array: XmlElement): string[] {
  checkShape(array, { attributes: ['n', 'type'] });
  const items: string[] = [];
  for (const [, quoted, bare] of array.text.matchAll(/"((?:[^"\\]|\\.)*)"|([^\s"]+)/g)) {
    items.push(quoted === undefined ? (bare ?? '') : quoted.replaceAll('\\"', '"'));
  }
  const n = optionalNumber(array, 'n');
  if (n !== undefined && n !== items.length) {
    throw refusal(array, `n says ${n} items, and there are ${items.length}.`);
  }
  return items;
}
