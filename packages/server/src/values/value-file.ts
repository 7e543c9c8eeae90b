import {createReadStream} from 'node:fs';
import {mkdtemp, rm, stat} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Readable} from 'node:stream';
import {FirstlightError} from '@firstlight/core';
import type {Place} from './place.ts';

/** Largest value that is copied for one request; it goes through a file, not through memory. */
const mostBytes = 2 * 1024 ** 3;

/**
 * All that is stored of a value as an HDF5 file of its own, which is gone when it was sent.
 *
 * @throws FirstlightError `no-value`, `no-version`, `too-large`.
 */
export async function valueFile({experiment, run, name, version}: Place): Promise<{content: Readable; bytes: number}> {
  const {reader, folder} = experiment;
  await assertSize({experiment, run, name, version});
  const directory = await mkdtemp(join(tmpdir(), 'firstlight-value-'));
  const remove = async (): Promise<void> => rm(directory, {recursive: true, force: true});
  try {
    const path = join(directory, 'value.h5');
    await reader.extractValue(folder.dir, run, name, path, {version});
    const {size} = await stat(path);
    return {bytes: size, content: createReadStream(path).once('close', () => void remove())};
  } catch (error) {
    await remove();
    throw error;
  }
}

/** A value that has only a summary, or failed, has no size. */
async function assertSize({experiment, run, name, version}: Omit<Place, 'id'>): Promise<void> {
  const bytes = await experiment.reader.describeValue(experiment.folder.dir, run, name, {version}).then(
    (description) => description.bytes,
    () => 0,
  );
  if (bytes <= mostBytes) return;
  throw new FirstlightError(
    'too-large',
    `"${name}" of run ${run.run} has ${Math.round(bytes / 1e9)} GB, more than the 2 GB that are sent at once; ask for a part with data.npy?slice=.`,
    {facts: {bytes}},
  );
}
