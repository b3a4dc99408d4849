import { z } from 'zod';
import { KitError } from '#shared/errors';

/** A part that takes this long to say something does not answer. */
const PATIENCE_MS = 5_000;

/** What a part of a stack lacks, or is not yet. */
export const missing = (sentence: string): KitError => new KitError('run-failed', sentence);

/** @throws KitError 'run-failed' where nobody answers, or not with 2xx. */
export async function ask(base: string, path: string, init: RequestInit = {}): Promise<string> {
  const url = `${base.replace(/\/$/, '')}/${path}`;
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(PATIENCE_MS) });
    const text = await response.text();
    if (!response.ok) throw missing(`${url} answers ${response.status}: ${text.trim().slice(0, 300)}`);
    return text;
  } catch (error) {
    if (error instanceof KitError) throw error;
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : undefined;
    throw new KitError('run-failed', `${url}: ${cause ?? KitError.from(error).message}`, { cause: error });
  }
}

/**
 * Asks for JSON.
 * @throws KitError 'run-failed' where nobody answers, not with 2xx, or with something else than is known.
 */
export async function askFor<T extends z.ZodType>(base: string, path: string, reply: T): Promise<z.infer<T>> {
  const text = await ask(base, path);
  try {
    return reply.parse(JSON.parse(text));
  } catch (error) {
    const found = error instanceof z.ZodError ? z.prettifyError(error) : KitError.from(error).message;
    throw new KitError('run-failed', `${base}/${path} was answered with something else: ${found}`, { cause: error });
  }
}
