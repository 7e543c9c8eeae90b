import {randomBytes} from 'node:crypto';
import {open, readdir, readFile, rename, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {FirstlightError} from '@firstlight/core';
import type {RunId} from '@firstlight/core';
import {openToAll} from '@firstlight/store';
import type {ExperimentFolder, ReaderProcess} from '@firstlight/store';
import {makeDirectory, removeFile} from './queue/durable-files.ts';

/** Largest fragment that is taken from outside; the same as the largest value that is given away. */
const mostBytes = 2 * 1024 ** 3;

/** What somebody began to send and a killed server left behind. */
const forgottenMs = 24 * 3600 * 1000;

interface Parts {
  readonly folder: Pick<ExperimentFolder, 'extractedData' | 'privateDir' | 'quarantine'>;
  readonly reader: Pick<ReaderProcess, 'fragmentDamage'>;
}

/**
 * Takes in values that another program has computed: an HDF5 file laid out like a run's, which becomes a fragment like those of runners.
 *
 * It is written elsewhere, brought to the disk, checked and moved, so that it is there whole or not at all. Throws `too-large`, and `bad-fragment` with the reason.
 *
 * @returns the fragment's file name.
 */
export async function receiveFragment({folder, reader}: Parts, run: RunId, content: AsyncIterable<Uint8Array>): Promise<string> {
  const name = `p${run.proposal}_r${run.run}.${randomBytes(4).toString('hex')}.ready.h5`;
  const incoming = join(folder.privateDir, 'incoming');
  await makeDirectory(incoming);
  await removeForgotten(incoming, Date.now() - forgottenMs);
  const path = join(incoming, name);
  try {
    await write(path, content);
    const damage = await reader.fragmentDamage(path);
    if (damage !== undefined) throw bad(damage);
    await rename(path, join(folder.extractedData, name));
    return name;
  } catch (error) {
    await removeFile(path);
    throw error;
  }
}

async function removeForgotten(directory: string, beforeMs: number): Promise<void> {
  for (const name of await readdir(directory)) {
    const stats = await stat(join(directory, name)).catch(() => undefined); // stored meanwhile
    if (stats && stats.mtimeMs < beforeMs) await removeFile(join(directory, name));
  }
}

/** Throws `bad-fragment` when a fragment was set aside instead of being stored; the writer may find more than we did. */
export async function assertStored({quarantine}: Parts['folder'], fragment: string): Promise<void> {
  const reason = await readFile(join(quarantine, `${fragment}.reason.txt`), 'utf8').catch(() => undefined);
  if (reason !== undefined) throw bad(reason.trim());
}

async function write(path: string, content: AsyncIterable<Uint8Array>): Promise<void> {
  await using file = await open(path, 'wx');
  openToAll(path);
  let bytes = 0;
  for await (const piece of content) {
    bytes += piece.byteLength;
    if (bytes > mostBytes) throw new FirstlightError('too-large', 'A file with values may have at most 2 GB; send them in several.');
    await file.writeFile(piece);
  }
  await file.sync();
}

const bad = (reason: string): FirstlightError =>
  new FirstlightError('bad-fragment', `The values were not stored, because the file with them cannot be used: ${reason}`);
