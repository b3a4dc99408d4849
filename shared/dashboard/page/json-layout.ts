/** A piece of JSON text, and what it is; `space` is the layout between the others. */
export interface JsonPiece {
  readonly kind: 'name' | 'text' | 'number' | 'word' | 'mark' | 'space';
  readonly text: string;
}

/** What fits in so many characters stays on one line. */
const lineLength = 64;
const token = /"(?:[^"\\]|\\.)*"?|-?\d[\d.eE+-]*|[a-z]+|[{}[\],:]|[^\s]/g;

/**
 * Lays JSON text out over lines, its numbers digit for digit as they are: parsed, those beyond 2^53 would be others. Text
 * that ends in the middle is laid out as far as it goes.
 */
export function layOut(json: string): JsonPiece[] {
  const tokens = json.match(token) ?? [];
  const closes = matching(tokens);
  const pieces: JsonPiece[] = [];
  const put = (kind: JsonPiece['kind'], text: string): void => {
    pieces.push({ kind, text });
  };
  let depth = 0;
  /** Up to which token all stands on one line. */
  let lineEnd = -1;
  const newLine = (): void => put('space', `\n${'  '.repeat(depth)}`);
  for (const [index, text] of tokens.entries()) {
    const onLine = index <= lineEnd;
    if (text === '{' || text === '[') {
      put('mark', text);
      if (onLine) continue;
      const close = closes.get(index);
      if (close !== undefined && (close === index + 1 || lengthOf(tokens, index, close) <= lineLength)) lineEnd = close;
      else {
        depth += 1;
        newLine();
      }
    } else if (text === '}' || text === ']') {
      if (!onLine) {
        depth = Math.max(0, depth - 1);
        newLine();
      }
      put('mark', text);
    } else if (text === ',') {
      put('mark', text);
      if (onLine) put('space', ' ');
      else newLine();
    } else if (text === ':') {
      put('mark', text);
      put('space', ' ');
    } else put(kindOf(text, tokens[index + 1]), text);
  }
  return pieces;
}

function kindOf(text: string, next: string | undefined): JsonPiece['kind'] {
  if (text.startsWith('"')) return next === ':' ? 'name' : 'text';
  return /^-?\d/.test(text) ? 'number' : 'word';
}

/** Of each opening bracket, where it is closed. */
function matching(tokens: readonly string[]): ReadonlyMap<number, number> {
  const closes = new Map<number, number>();
  const open: number[] = [];
  for (const [index, text] of tokens.entries()) {
    if (text === '{' || text === '[') open.push(index);
    if (text !== '}' && text !== ']') continue;
    const opened = open.pop();
    if (opened !== undefined) closes.set(opened, index);
  }
  return closes;
}

/** In characters, as far as that matters. */
function lengthOf(tokens: readonly string[], from: number, to: number): number {
  let length = 0;
  for (let index = from; index <= to && length <= lineLength; index++) {
    const text = tokens[index] ?? '';
    length += text.length + (text === ',' || text === ':' ? 1 : 0);
  }
  return length;
}

/** Bytes as people read them: the offset, 16 bytes in hexadecimal, and what of them is ASCII. */
export function hexDump(hex: string): string {
  const lines: string[] = [];
  for (let at = 0; at < hex.length; at += 32) {
    const bytes = hex.slice(at, at + 32).match(/../g) ?? [];
    const shown = [bytes.slice(0, 8).join(' '), bytes.slice(8).join(' ')].join('  ').padEnd(49);
    const ascii = bytes.map((byte) => {
      const code = Number.parseInt(byte, 16);
      return code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : '.';
    });
    lines.push(`${(at / 2).toString(16).padStart(6, '0')}  ${shown} ${ascii.join('')}`);
  }
  return lines.join('\n');
}
