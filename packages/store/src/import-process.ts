import {existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync} from 'node:fs';
import {basename, dirname, join, resolve} from 'node:path';
import {FirstlightError} from '@firstlight/core';
import {HelperProcess} from '@firstlight/hdf5';
import type {ExportStep} from './export-main.ts';
import {makePath, syncToDisk} from './folder/durable.ts';
import {explaining} from './folder/errors.ts';
import {openToAll} from './folder/modes.ts';

/** What a folder needs on this machine beside what its bundle holds. */
export interface ImportOptions {
  /** The interpreter for the folder's context on this machine. */
  readonly contextPython: string;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes an experiment folder from a bundle that `exportTo` wrote: the same values, arrays, history, comments and settings, but for those that are only true of one
 * place. The folder appears as a whole or not at all.
 *
 * @throws FirstlightError `no-bundle`, `bad-bundle`, `folder-exists`, `disk-full`, `no-permission`.
 */
export async function importBundle(bundle: string, dir: string, {contextPython, onProgress, signal}: ImportOptions): Promise<void> {
  const [from, target] = [resolve(bundle), resolve(dir)];
  if (!existsSync(from)) throw new FirstlightError('no-bundle', `There is no file ${from}; \`firstlight export --to FILE.zip\` makes one.`);
  refuseExisting(target);
  const building = join(dirname(target), `.${basename(target)}.${process.pid}.importing`);
  makePath(dirname(target));
  rmSync(building, {recursive: true, force: true});
  explaining(dirname(target), () => mkdirSync(building));
  try {
    openToAll(building);
    await work({bundle: from, dir: building, contextPython}, {onProgress, signal});
    signal?.throwIfAborted();
    explaining(target, () => putInPlace(building, target));
  } finally {
    rmSync(building, {recursive: true, force: true, maxRetries: 3});
  }
}

async function work(
  place: {bundle: string; dir: string; contextPython: string},
  {onProgress, signal}: Pick<ImportOptions, 'onProgress' | 'signal'>,
): Promise<void> {
  const options = signal ? {signal} : {};
  await using helper = await HelperProcess.start(new URL('./export-main.ts', import.meta.url), {name: `import of ${place.bundle}`});
  await helper.call('beginImport', place, options);
  for (;;) {
    const {isDone, done, total} = await helper.call<ExportStep>('step', undefined, options);
    onProgress?.(done, total);
    if (isDone) return;
  }
}

function refuseExisting(target: string): void {
  if (!existsSync(target) || readdirSync(target).length === 0) return;
  throw new FirstlightError('folder-exists', `${target} is there already and not empty; choose another directory.`, {facts: {dir: target}});
}

function putInPlace(building: string, target: string): void {
  refuseExisting(target);
  if (existsSync(target)) rmdirSync(target);
  renameSync(building, target);
  syncToDisk(dirname(target));
}
