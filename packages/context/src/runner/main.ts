/** Runs TypeScript contexts: JSON lines of requests on standard input, events on file descriptor 3, users' output on standard output and error. */
import {fstatSync, mkdtempSync, rmSync, writeSync} from 'node:fs';
import {availableParallelism, homedir, tmpdir, totalmem} from 'node:os';
import {join} from 'node:path';
import process from 'node:process';
import {createInterface} from 'node:readline';
import type {RunnerEvent} from '@firstlight/core';
import {mymdcCatalogueWithin} from './catalogue.ts';
import {cleanEnvironment} from './environment.ts';
import {Runner} from './runner.ts';
import {findCompiler} from './types/compiler.ts';

const events = 3;
const heartbeatMs = 5000;

function requireEvents(): void {
  try {
    fstatSync(events);
  } catch {
    process.stderr.write('The runner is started by the engine, which reads its events from file descriptor 3; that is not open here.\n');
    process.exit(2);
  }
}

/** Writes one event; waits while the reader is busy. */
function emit(event: RunnerEvent): void {
  let rest: Uint8Array = Buffer.from(`${JSON.stringify(event)}\n`);
  while (rest.length > 0) rest = rest.subarray(writeSome(rest));
}

function writeSome(bytes: Uint8Array): number {
  try {
    return writeSync(events, bytes);
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException;
    if (code === 'EPIPE') process.exit(0); // nobody reads any more
    if (code !== 'EAGAIN') throw error;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    return 0;
  }
}

const defaultHeapMb = Math.min(4096, Math.floor(totalmem() / 1e6 / Math.min(4, availableParallelism() + 1)));

requireEvents();
const cacheFolder = mkdtempSync(join(tmpdir(), 'firstlight-context-'));
process.once('exit', () => rmSync(cacheFolder, {recursive: true, force: true}));
const ending = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => ending.abort());

{
  await using runner = new Runner(
    {emit, now: () => performance.now(), catalogue: mymdcCatalogueWithin(Number(process.env.FIRSTLIGHT_CATALOGUE_SECONDS ?? 2))},
    {
      cacheFolder,
      compiler: process.env.FIRSTLIGHT_TSC ?? findCompiler(),
      memoryFolder: join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'firstlight/types'),
      // Processes start three times as fast with what the first one compiled.
      environment: {...cleanEnvironment(process.env), NODE_COMPILE_CACHE: join(cacheFolder, 'compiled')},
      heapMb: Number(process.env.FIRSTLIGHT_HEAP_MB ?? defaultHeapMb),
      loadSeconds: Number(process.env.FIRSTLIGHT_LOAD_SECONDS ?? 120),
      mostWaiting: 10_000,
    },
  );
  const heart = setInterval(() => emit({type: 'heartbeat', at: Date.now() / 1000}), heartbeatMs);
  const lines = createInterface({input: process.stdin, signal: ending.signal});
  for await (const line of lines) if (line.trim() !== '' && !runner.take(line)) break;
  clearInterval(heart);
}
process.exit();
