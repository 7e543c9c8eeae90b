import {connect} from 'node:net';
import {hostname} from 'node:os';
import {setTimeout as after} from 'node:timers/promises';
import {isFirstlightError} from '@firstlight/core';

const dyingOwnerMs = 5000;
const silentOwnerMs = 1500;
const askAgainMs = 100;

/**
 * Takes a folder, and waits a moment for an owner that is about to end: after a crash its writer finishes what it began, and only then lets go.
 *
 * Throws `folder-owned` when the owner stays.
 */
export async function takeFolder<T>(take: () => Promise<T>): Promise<T> {
  const began = performance.now();
  for (;;) {
    try {
      return await take();
    } catch (error) {
      if (!isFirstlightError(error, 'folder-owned')) throw error;
      const waited = performance.now() - began;
      if (waited > (await patience(error.facts))) throw error;
      await after(askAgainMs);
    }
  }
}

async function patience({host, address}: Readonly<Record<string, unknown>>): Promise<number> {
  if (host !== hostname()) return 0;
  if (typeof address !== 'string') return silentOwnerMs;
  return (await answers(address)) ? 0 : dyingOwnerMs;
}

async function answers(address: string): Promise<boolean> {
  const {hostname: host, port} = new URL(address);
  const {promise, resolve} = Promise.withResolvers<boolean>();
  const socket = connect({host: host.replace(/^\[|\]$/g, ''), port: Number(port) || 80, timeout: 1000});
  socket.once('connect', () => resolve(true));
  socket.once('timeout', () => resolve(true)); // Busy, not gone.
  socket.once('error', () => resolve(false));
  const isListening = await promise;
  socket.destroy();
  return isListening;
}
