import {createHash} from 'node:crypto';
import {createWriteStream, mkdirSync, statfsSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {Transform, Writable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {FirstlightError, sentenceOf} from '@firstlight/core';
import {isDiskFull, isForbidden} from '../folder/errors.ts';
import {inBundle, type Manifest} from './layout.ts';
import {badBundle, type ZipReader} from './zip-reader.ts';

/** What may be in a folder: its database, files of runs, kept data, and the texts of its context. */
const allowed = [
  /^runs\.sqlite$/,
  /^extracted_data\/p\d+_r\d+\.h5$/,
  /^\.firstlight\/history\/p\d+_r\d+\/[^/]+@\d+\.h5$/,
  /^[^./][^/]*\.(?:py|ts)$/,
];

/**
 * Checks every file of a bundle by its checksum, and puts those of its folder into `dir`, which must be empty. Yields the bytes done.
 *
 * @throws FirstlightError `bad-bundle`, `disk-full`.
 */
export async function* unpack(zip: ZipReader, manifest: Manifest, {path, dir}: {path: string; dir: string}): AsyncGenerator<number> {
  refuseStrangers(manifest, path);
  refuseTooLarge(manifest, dir);
  let done = 0;
  for (const [name, {size, sha256}] of Object.entries(manifest.files)) {
    const found = await take(zip, name, targetOf(name, dir)).catch((error: unknown) => {
      throw isDiskFull(error) || isForbidden(error) ? error : badBundle(path, `${name} is damaged (${sentenceOf(error)})`, error);
    });
    if (found !== sha256) throw badBundle(path, `${name} is damaged (its checksum is another)`);
    done += size;
    yield done;
  }
}

function refuseStrangers({files}: Manifest, path: string): void {
  const inFolder = Object.keys(files).flatMap((name) => (name.startsWith(inBundle.folder) ? [name.slice(inBundle.folder.length)] : []));
  const stranger = inFolder.find((name) => !allowed.some((pattern) => pattern.test(name)));
  if (stranger !== undefined) throw badBundle(path, `it would put a file at ${stranger}, where no folder has one`);
  if (!inFolder.includes('runs.sqlite')) throw badBundle(path, 'it has no database');
}

function refuseTooLarge({files}: Manifest, dir: string): void {
  const needed = Object.entries(files).reduce((sum, [name, {size}]) => sum + (name.startsWith(inBundle.folder) ? size : 0), 0);
  const {bavail, bsize} = statfsSync(dir);
  if (needed <= bavail * bsize) return;
  const sentence = `The bundle needs ${Math.ceil(needed / 1e6)} MB, and ${dirname(dir)} has ${Math.floor((bavail * bsize) / 1e6)} MB left; free some space, or import it elsewhere.`;
  throw new FirstlightError('disk-full', sentence);
}

function targetOf(name: string, dir: string): Writable {
  if (!name.startsWith(inBundle.folder)) return new Writable({write: (_chunk, _encoding, done) => done()});
  const target = join(dir, name.slice(inBundle.folder.length));
  mkdirSync(dirname(target), {recursive: true});
  return createWriteStream(target, {flags: 'wx'});
}

async function take(zip: ZipReader, name: string, target: Writable): Promise<string> {
  const entry = zip.entries.get(name);
  if (!entry) throw new Error(`${name} was there a moment ago.`);
  const hash = createHash('sha256');
  const hashing = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(await zip.read(entry), hashing, target);
  return hash.digest('hex');
}
