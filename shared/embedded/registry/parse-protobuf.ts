import { refusals } from './rest-error.js';

const invalid = (reason: string) => refusals.invalidSchema(reason, 'PROTOBUF');

const token =
  /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[A-Za-z_][\w.]*|[-+]?\.?\d[\w.+-]*|[{}()[\]<>;:=,./-]/y;
const statements = ['syntax', 'edition', 'import', 'package', 'option', 'message', 'enum', 'service', 'extend', ';'];
const closing: Readonly<Record<string, string>> = { '{': '}', '(': ')', '[': ']' };

/**
 * Looks whether a text can be a .proto file, without compiling it: its tokens, its brackets, and what its statements
 * begin with. A serialized FileDescriptorProto in base64, which Python's client registers, is looked at likewise.
 * Throws RestError 42201 saying what is wrong.
 */
export function checkProtobufSchema(text: string): void {
  if (isSerializedProtobuf(text)) return;
  const open: string[] = [];
  let begins = true;
  for (const word of tokensOf(text)) {
    if (begins && !statements.includes(word)) throw invalid(`a statement begins with ${JSON.stringify(word)}`);
    const close = closing[word];
    if (close !== undefined) open.push(close);
    else if ('})]'.includes(word) && open.pop() !== word) throw invalid(`"${word}" closes nothing`);
    begins = open.length === 0 && (word === ';' || word === '}');
  }
  if (open.length > 0) throw invalid(`"${open.join('')}" is missing at the end`);
  if (!begins) throw invalid('the last statement has no end');
}

function tokensOf(text: string): string[] {
  const words: string[] = [];
  token.lastIndex = 0;
  for (let at = 0; at < text.length; at = token.lastIndex) {
    const word = token.exec(text)?.[0];
    if (word === undefined) throw invalid(`${JSON.stringify(text.slice(at, at + 20))} is no token`);
    if (!/^(?:\s|\/\/|\/\*)/.test(word)) words.push(word);
  }
  return words;
}

/** Whether a schema is a serialized FileDescriptorProto in base64: no text of a .proto file has these letters only. */
export function isSerializedProtobuf(text: string): boolean {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return false;
  const bytes = Buffer.from(text, 'base64');
  let at = 0;
  while (at < bytes.length) {
    const [tag, afterTag] = varint(bytes, at);
    const [value, afterValue] = varint(bytes, afterTag);
    // A descriptor has strings and messages, which say their length, and numbers; its fields are few.
    if (tag >> 3 < 1 || tag >> 3 > 100 || ![0, 2].includes(tag & 7)) return false;
    at = afterValue + ((tag & 7) === 2 ? value : 0);
  }
  return at === bytes.length;
}

/** A number and where it ends; beyond the end of the bytes where it is cut off. */
function varint(bytes: Buffer, start: number): [number, number] {
  let value = 0;
  for (let at = start; at < start + 5; at++) {
    const byte = bytes[at];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 2 ** (7 * (at - start));
    if (byte < 0x80) return [value, at + 1];
  }
  return [0, Number.POSITIVE_INFINITY];
}
