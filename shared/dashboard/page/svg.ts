const namespace = 'http://www.w3.org/2000/svg';

/** A new element of SVG with its attributes. */
export function makeSvg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | number>> = {},
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(namespace, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}

/** A line of text; it is never read as markup. */
export function makeSvgText(text: string, attributes: Readonly<Record<string, string | number>>): SVGTextElement {
  const element = makeSvg('text', attributes);
  element.textContent = text;
  return element;
}

/** Sets an attribute only where it changes. */
export function setAttribute(element: Element, name: string, value: string | number): void {
  const text = String(value);
  if (element.getAttribute(name) !== text) element.setAttribute(name, text);
}

/** Presses a text together where it is longer than its room: fonts differ between machines, and rooms do not. */
export function pressInto(text: SVGTextElement, room: number): void {
  if (text.getComputedTextLength() <= room) return;
  text.setAttribute('textLength', String(room));
  text.setAttribute('lengthAdjust', 'spacingAndGlyphs');
}
