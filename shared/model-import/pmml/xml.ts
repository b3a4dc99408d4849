import { type SaxesAttributeNS, SaxesParser } from 'saxes';
import { KitError } from '#shared/errors';

/** An element of the document, with the line on which its start tag ends. */
export interface XmlElement {
  /** Without a namespace prefix. */
  readonly name: string;
  /** Empty where there is none. */
  readonly namespace: string;
  readonly line: number;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** The text directly inside, as it stands. */
  readonly text: string;
}

/** What is read at most; a document beyond it is refused before it fills the memory. */
export interface XmlLimits {
  readonly bytes: number;
  readonly depth: number;
  readonly elements: number;
}

export const XML_LIMITS: XmlLimits = { bytes: 64 * 1_048_576, depth: 1_000, elements: 4_000_000 };

interface OpenElement extends XmlElement {
  readonly children: XmlElement[];
  text: string;
}

/**
 * Reads a document into a tree of elements. There are no entities but XML's own five: a document type is refused, and with
 * it external entities and those that expand without end.
 * @throws KitError 'model-invalid' naming the line.
 */
export function parseXml(text: string, file: string, limits: XmlLimits = XML_LIMITS): XmlElement {
  if (text.length > limits.bytes) {
    throw new KitError(
      'model-invalid',
      `The file ${file} has ${text.length} characters; at most ${limits.bytes} are read.`,
    );
  }
  const parser = new SaxesParser({ xmlns: true, position: true });
  const refuse = (sentence: string): never => {
    throw new KitError('model-invalid', `${file}, line ${parser.line}: ${sentence}`);
  };
  const open: OpenElement[] = [];
  let root: XmlElement | undefined;
  let elements = 0;
  parser.on('error', (error) => {
    throw KitError.from(error, 'model-invalid', `The file ${file} is not XML`);
  });
  parser.on('doctype', () =>
    refuse('the document has a DOCTYPE, and with it entities of its own; it is read only without one.'),
  );
  parser.on('opentag', ({ local, uri, attributes }) => {
    elements += 1;
    if (elements > limits.elements) refuse(`there are more than ${limits.elements} elements; no more are read.`);
    if (open.length >= limits.depth) refuse(`the elements are nested deeper than ${limits.depth}; no deeper is read.`);
    const element: OpenElement = {
      name: local,
      namespace: uri,
      line: parser.line,
      attributes: ownAttributes(Object.values(attributes)),
      children: [],
      text: '',
    };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  const addText = (piece: string): void => {
    const element = open.at(-1);
    if (element !== undefined) element.text += piece;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    root = open.pop();
  });
  parser.write(text).close();
  return root ?? refuse('the document has no element.');
}

// Namespace declarations and attributes of other namespaces (xsi:schemaLocation) say nothing about the model.
function ownAttributes(attributes: readonly SaxesAttributeNS[]): Map<string, string> {
  const own = new Map<string, string>();
  for (const { name, prefix, value } of attributes) {
    if (prefix === '' && name !== 'xmlns') own.set(name, value);
  }
  return own;
}
