import { refusals } from './rest-error.js';

/** What the API speaks, best first. */
const spoken = [
  'application/vnd.schemaregistry.v1+json',
  'application/vnd.schemaregistry+json',
  'application/json',
] as const;

/** Bodies without a better name, as some programs send them, are JSON, too. */
const readable: readonly string[] = [...spoken, 'application/octet-stream'];

/** The type of answers to whom nothing can be asked any more. */
export const usualType = spoken[0];

/** The type in which a client wants its answer. Throws 406 where it wants none of them. */
export function answerType(accept: string | undefined): string {
  if (accept === undefined || accept.trim() === '') return usualType;
  const ranges = accept.split(',').map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith('q='));
    return { type, quality: quality === undefined ? 1 : Number(quality.slice(2)) };
  });
  const qualityOf = (type: string): number => {
    const exact = ranges.find((range) => range.type === type) ?? ranges.find((range) => range.type === 'application/*');
    return (exact ?? ranges.find((range) => range.type === '*/*'))?.quality ?? 0;
  };
  const best = Math.max(...spoken.map(qualityOf));
  const found = spoken.find((type) => qualityOf(type) === best);
  if (!(best > 0) || found === undefined) throw refusals.notAcceptable();
  return found;
}

/** Throws 415 for a body that is not JSON, or that is compressed. */
export function checkBodyType(contentType: string | undefined, encoding: string | undefined): void {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  if (type !== undefined && !readable.includes(type)) throw refusals.unsupportedMediaType();
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') throw refusals.unsupportedMediaType();
}
