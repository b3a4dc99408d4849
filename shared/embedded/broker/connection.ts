import type { Socket } from 'node:net';
import { KitError } from '#shared/errors';
import { FrameSplitter } from '#shared/wire';
import type { ConnectionContext } from './handler.js';

/** Requests that may wait on one connection before it is read no further. */
const maxQueued = 64;

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
  onWarning: (sentence: string) => void,
): void {
  const splitter = new FrameSplitter();
  const queue: Buffer[] = [];
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

  const work = async () => {
    isWorking = true;
    for (let frame = queue.shift(); frame !== undefined && !socket.destroyed; frame = queue.shift()) {
      if (socket.isPaused() && queue.length < maxQueued) socket.resume();
      const pending = dispatch(frame, connection);
      const answer = pending instanceof Promise ? await pending : pending;
      if (answer === undefined || socket.destroyed) continue;
      socket.cork();
      for (const part of answer) socket.write(part);
      socket.uncork();
      if (socket.writableNeedDrain) await drained(socket, connection);
    }
    isWorking = false;
  };

  socket.setNoDelay(true);
  socket.on('data', (chunk: Buffer) => {
    try {
      queue.push(...splitter.push(chunk));
    } catch (reason) {
      giveUp(reason);
      return;
    }
    if (queue.length >= maxQueued) socket.pause();
    if (!isWorking) work().catch(giveUp);
  });
  socket.on('end', () => {
    if (splitter.isWithinFrame) giveUp(new KitError('protocol', 'It ended in the middle of a frame'));
  });
  // A client that vanishes is no fault of the broker's: 'close' follows and frees what it held.
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    queue.length = 0;
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
