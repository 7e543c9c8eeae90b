import {existsSync, readFileSync, rmSync} from 'node:fs';
import {basename, dirname, join, resolve} from 'node:path';
import {FirstlightError} from '@firstlight/core';
import {HelperProcess} from '@firstlight/hdf5';
import {z} from 'zod';
import type {ExportRequest, ExportStep} from './export-main.ts';
import {formatOf} from './export/formats.ts';
import type {Selection} from './export/model.ts';
import {renameIntoPlace} from './folder/durable.ts';
import {explaining} from './folder/errors.ts';

const {version} = z.object({version: z.string()}).parse(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')));

/** What is written, and how. */
export interface ExportOptions extends Selection {
  /** Titles instead of names above the columns of CSV. */
  readonly titles?: boolean | undefined;
  /** Replace the file when it is there. */
  readonly force?: boolean | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What was written. */
export interface Exported {
  readonly file: string;
  readonly runs: number;
  readonly variables: number;
  /** What could not be taken, a sentence each. */
  readonly problems: readonly string[];
}

/**
 * Writes a selection of a folder to a file in the format that the end of its name says: csv, parquet, xlsx, md h5 or zip (a bundle that `importBundle` reads).
 *
 * It works in a process of its own, needs nobody's permission but to read, and the file appears as a whole or not at all.
 *
 * @throws FirstlightError `bad-format`, `file-exists`, `no-such-run`, `no-place`, `no-such-variable`, `too-large`, `disk-full`, `no-permission`.
 * @example
 * await exportTo('/data/beamtime', 'energy.csv', {variables: ['energy*'], runs: [1, 2, 3]});
 */
export async function exportTo(
  dir: string,
  file: string,
  {titles = false, force = false, onProgress, signal, ...selection}: ExportOptions = {},
): Promise<Exported> {
  const format = formatOf(file);
  const target = resolve(file);
  refuseExisting(target, force);
  requireDirectory(dirname(target));
  const path = join(dirname(target), `.${basename(target)}.${process.pid}.part`);
  rmSync(path, {force: true});
  try {
    const request: ExportRequest = {dir, path, format, titles, selection, version};
    const written = await work(request, {onProgress, signal});
    signal?.throwIfAborted();
    refuseExisting(target, force); // somebody may have been faster
    explaining(dirname(target), () => renameIntoPlace(path, target));
    return {file: target, ...written};
  } finally {
    for (const left of [path, `${path}.d`]) rmSync(left, {recursive: true, force: true, maxRetries: 3});
  }
}

async function work(
  request: ExportRequest,
  {onProgress, signal}: Pick<ExportOptions, 'onProgress' | 'signal'>,
): Promise<Omit<Exported, 'file'>> {
  const options = signal ? {signal} : {};
  await using helper = await HelperProcess.start(new URL('./export-main.ts', import.meta.url), {name: `export of ${request.dir}`});
  const size = await helper.call<{runs: number; variables: number}>('begin', request, options);
  for (;;) {
    const {isDone, done, total, problems} = await helper.call<ExportStep>('step', undefined, options);
    onProgress?.(done, total);
    if (isDone) return {...size, problems};
  }
}

function requireDirectory(dir: string): void {
  if (existsSync(dir)) return;
  throw new FirstlightError('no-place', `There is no directory ${dir} to write in; make it, or choose another.`);
}

function refuseExisting(target: string, force: boolean): void {
  if (force || !existsSync(target)) return;
  throw new FirstlightError('file-exists', `${target} is there already; choose another name, or replace it with --force.`);
}
