import {writeSync} from 'node:fs';
import process from 'node:process';

type Done = () => void;
const pause = new Int32Array(new SharedArrayBuffer(4));
const pauseMs = 1;

/**
 * Makes what users print leave this process before their code goes on: it neither piles up in memory nor is lost when the next line ends the process.
 *
 * The file behind it is shared with other processes, each of which may make it one that refuses what it cannot take now.
 */
export function printAtOnce(): void {
  for (const stream of [process.stdout, process.stderr]) {
    Reflect.set(stream, '_write', (chunk: string | Buffer, encoding: BufferEncoding, done: Done) => {
      writeWhole(stream.fd, typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk);
      done();
    });
    Reflect.set(stream, '_writev', null);
  }
}

function writeWhole(descriptor: number, bytes: Buffer): void {
  for (let rest = bytes; rest.length > 0; ) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return; // Nobody reads it any more: no reason to fail.
      Atomics.wait(pause, 0, 0, pauseMs);
    }
  }
}
