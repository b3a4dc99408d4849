import type { Socket } from 'node:net';
import { KitError } from '#shared/errors';
import { FrameSplitter } from '#shared/wire';
import type { ConnectionContext } from './handler.js';
import type { Holder, UnansweredBytes } from './unanswered-bytes.js';

/** Requests that may wait on one connection before it is read no further, and bytes in them. */
const maxQueued = 64;
const maxQueuedBytes = 1024 * 1024;

/** After this time of silence the operating system asks whether the other side still exists. */
const keepAliveMs = 60_000;

/** Finds and runs the handler of a frame. */
export type Dispatch = (
  frame: Buffer,
  connection: ConnectionContext,
) => Buffer[] | undefined | Promise<Buffer[] | undefined>;

/**
 * Serves one client: its requests one after another, each answered before the next is looked at, as Kafka does. What is not
 * the protocol ends the connection, with a sentence to `onWarning`; other connections do not notice.
 */
export function serveConnection(
  socket: Socket,
  address: { readonly host: string; readonly port: number },
  dispatch: Dispatch,
  unanswered: UnansweredBytes,
  onWarning: (sentence: string) => void,
): void {
  const splitter = new FrameSplitter();
  const queue: Buffer[] = [];
  /** Bytes of the requests that wait or are being answered. */
  let queuedBytes = 0;
  const atClose = new Set<() => void>();
  let isWorking = false;
  const client = `${socket.remoteAddress ?? 'unknown'}:${socket.remotePort ?? 0}`;
  const connection: ConnectionContext = {
    clientHost: socket.remoteAddress ?? '',
    advertised: address,
    whenClosed(callback) {
      atClose.add(callback);
      return () => atClose.delete(callback);
    },
  };

  const giveUp = (reason: unknown) => {
    if (socket.destroyed) return;
    onWarning(`Connection of ${client} closed: ${KitError.from(reason).message}`);
    socket.destroy();
  };
  const holder: Holder = {
    get heldBytes() {
      return splitter.heldBytes + queuedBytes;
    },
    giveUp,
  };
  const mustWait = () => queue.length >= maxQueued || queuedBytes >= maxQueuedBytes;

  const work = async () => {
    isWorking = true;
    for (let frame = queue.shift(); frame !== undefined && !socket.destroyed; frame = queue.shift()) {
      const pending = dispatch(frame, connection);
      const answer = pending instanceof Promise ? await pending : pending;
      queuedBytes -= frame.length;
      if (answer !== undefined && !socket.destroyed) {
        socket.cork();
        for (const part of answer) socket.write(part);
        socket.uncork();
        if (socket.writableNeedDrain) await drained(socket, connection);
      }
      if (socket.destroyed) break;
      unanswered.update(holder);
      if (socket.isPaused() && !mustWait()) socket.resume();
    }
    isWorking = false;
  };

  socket.setNoDelay(true);
  socket.setKeepAlive(true, keepAliveMs);
  socket.on('data', (chunk: Buffer) => {
    try {
      for (const frame of splitter.push(chunk)) {
        queue.push(frame);
        queuedBytes += frame.length;
      }
    } catch (reason) {
      giveUp(reason);
      return;
    }
    if (!isWorking) work().catch(giveUp);
    // What could be answered at once is gone by now.
    unanswered.update(holder);
    if (mustWait()) socket.pause();
  });
  socket.on('end', () => {
    if (splitter.isWithinFrame) giveUp(new KitError('protocol', 'It ended in the middle of a frame'));
  });
  // A client that vanishes is no fault of the broker's: 'close' follows and frees what it held.
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    queue.length = 0;
    unanswered.forget(holder);
    for (const callback of atClose) callback();
    atClose.clear();
  });
}

/** Waits until the client has taken what was written, or is gone. */
function drained(socket: Socket, connection: ConnectionContext): Promise<void> {
  return new Promise((resolve) => {
    const forget = connection.whenClosed(resolve);
    socket.once('drain', () => {
      forget();
      resolve();
    });
  });
}
