import { z } from 'zod';
import { KitError } from '#shared/errors';

/**
 * What a page sent, as a command takes it.
 * @throws KitError 'usage' saying what is wrong with it.
 */
export function checkedBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const found = z.prettifyError(parsed.error).replaceAll(/\s+/g, ' ');
  throw new KitError('usage', `What was sent cannot be understood: ${found}`);
}
