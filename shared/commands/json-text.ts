/**
 * The JSON text of a value, on one line and safe to show: bigints with all their digits, bytes as `{"bytes":n,"base64":…}`,
 * what no JSON number is (NaN, Infinity) as text.
 */
export function jsonText(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return jsonString(value);
    case 'number':
      return Number.isFinite(value) ? String(value) : jsonString(String(value));
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'object':
      if (value === null) return 'null';
      if (value instanceof Uint8Array) return jsonBytes(value);
      if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
      return jsonObject(Object.entries(value).map(([name, each]) => [name, jsonText(each)]));
    default:
      return 'null';
  }
}

/** An object of values that are JSON text already. */
export function jsonObject(entries: readonly (readonly [name: string, json: string])[]): string {
  return `{${entries.map(([name, json]) => `${jsonString(name)}:${json}`).join(',')}}`;
}

export function jsonBytes(bytes: Uint8Array): string {
  return `{"bytes":${bytes.length},"base64":"${Buffer.from(bytes).toString('base64')}"}`;
}

/**
 * JSON text on one line and safe to show, its numbers digit for digit; undefined where it is none.
 * Parsed only to check it: a number beyond 2^53 would come back as another one.
 */
export function compactJson(text: string): string | undefined {
  try {
    JSON.parse(text);
    return escapeUnseen(text.replace(/("[^"\\]*(?:\\.[^"\\]*)*")|\s+/g, '$1'));
  } catch {
    return undefined;
  }
}

/** Text with what would move a terminal's cursor, change its colours or turn its writing round shown as escapes. */
export function visibleText(text: string): string {
  return escapeUnseen(text.replace(/[\n\r\t]/g, (character) => JSON.stringify(character).slice(1, -1)));
}

function jsonString(text: string): string {
  return escapeUnseen(JSON.stringify(text));
}

const unseen = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\u{feff}]/gu;

function escapeUnseen(text: string): string {
  return text.replace(unseen, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
