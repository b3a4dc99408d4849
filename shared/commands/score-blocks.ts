/** A record longer than this is not read: whoever sends no end of a line must not fill the memory. */
export const MAX_RECORD_BYTES = 16 * 1_048_576;

/** Bytes that end where a line does. */
export interface Block {
  readonly bytes: Buffer;
  /** Whether a line ends at its end; not so where one is longer than `MAX_RECORD_BYTES`: such a line goes on in the next block. */
  readonly endsLine: boolean;
}

const NEWLINE = 0x0a;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** Cuts bytes into blocks of whole lines, as they arrive; a byte order mark at the beginning is taken off. */
export async function* lineBlocks(source: AsyncIterable<Buffer>): AsyncGenerator<Block> {
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  const taken = (...last: Buffer[]): Buffer => {
    const bytes = waiting.length === 0 && last.length === 1 ? last[0] : Buffer.concat([...waiting, ...last]);
    [waiting, waitingBytes] = [[], 0];
    return bytes ?? Buffer.alloc(0);
  };
  for await (const chunk of withoutMark(source)) {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end > 0) yield { bytes: taken(chunk.subarray(0, end)), endsLine: true };
    if (end < chunk.length) {
      waiting.push(chunk.subarray(end));
      waitingBytes += chunk.length - end;
    }
    if (waitingBytes > MAX_RECORD_BYTES) yield { bytes: taken(), endsLine: false };
  }
  if (waitingBytes > 0) yield { bytes: taken(), endsLine: true };
}

async function* withoutMark(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  // The first bytes may come one by one.
  let beginning: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of source) {
    if (beginning === undefined) {
      yield chunk;
      continue;
    }
    beginning = Buffer.concat([beginning, chunk]);
    if (beginning.length < BYTE_ORDER_MARK.length) continue;
    yield markTakenOff(beginning);
    beginning = undefined;
  }
  if (beginning !== undefined && beginning.length > 0) yield markTakenOff(beginning);
}

function markTakenOff(bytes: Buffer): Buffer {
  return bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? bytes.subarray(3) : bytes;
}
