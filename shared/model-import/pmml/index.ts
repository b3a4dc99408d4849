import { readFile, stat } from 'node:fs/promises';
import { KitError } from '#shared/errors';
import type { ImportedModel } from '../imported-model.js';
import { compileDocument } from './document.js';
import { parseXml, XML_LIMITS } from './xml.js';

/**
 * Imports a PMML file (3.0 to 4.4): the graph takes the record's raw fields and computes what the document says.
 * @throws KitError 'model-missing' where there is no such file, 'model-invalid' naming what is not understood, and its line.
 */
export async function importPmml(file: string, name?: string): Promise<ImportedModel> {
  return compilePmml(await readText(file), file, name);
}

/** Imports the text of a PMML document; `file` is what errors call it. */
export function compilePmml(text: string, file: string, name?: string): ImportedModel {
  const root = parseXml(text, file);
  try {
    return compileDocument(root, name);
  } catch (error) {
    // A split in very many ways, say: the stack is at its end, the process is not.
    if (error instanceof RangeError) throw KitError.from(error, 'model-invalid', `The file ${file} is nested too deep`);
    throw error;
  }
}

async function readText(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    const { size } = await stat(file);
    if (size > XML_LIMITS.bytes) {
      throw new KitError('model-invalid', `The file ${file} has ${size} bytes; at most ${XML_LIMITS.bytes} are read.`);
    }
    bytes = await readFile(file);
  } catch (error) {
    throw KitError.from(error, 'model-missing', `Reading the PMML file ${file}`);
  }
  const declared = /^<\?xml[^>]*encoding\s*=\s*["']([\w.-]+)["']/.exec(bytes.subarray(0, 200).toString('latin1'))?.[1];
  try {
    return new TextDecoder(declared ?? 'utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw KitError.from(error, 'model-invalid', `The file ${file} is not text in ${declared ?? 'UTF-8'}`);
  }
}
