import type {Readable} from 'node:stream';
import {promisify} from 'node:util';
import {FirstlightError, sentenceOf} from '@firstlight/core';
import yauzl from 'yauzl';

const mostEntries = 2_000_000;
const typeMask = 0o170000;
const regularFile = 0o100000;

const open = promisify<string, yauzl.Options, yauzl.ZipFile>(yauzl.open);

/** A zip file to read, of which only the list of entries is in memory; everything in it that is no plain file with a plain path is refused. */
export class ZipReader implements Disposable {
  readonly entries: ReadonlyMap<string, yauzl.Entry>;
  readonly #file: yauzl.ZipFile;

  private constructor(file: yauzl.ZipFile, entries: ReadonlyMap<string, yauzl.Entry>) {
    this.#file = file;
    this.entries = entries;
  }

  /** @throws FirstlightError `bad-bundle` when it is no zip file, or has paths or links that lead elsewhere. */
  static async open(path: string): Promise<ZipReader> {
    const file = await open(path, {lazyEntries: true, autoClose: false, strictFileNames: true, validateEntrySizes: true}).catch(
      (error: unknown) => {
        throw badBundle(path, `it is no zip file that can be read (${sentenceOf(error)})`, error);
      },
    );
    try {
      return new ZipReader(file, await listOf(file));
    } catch (error) {
      file.close();
      throw badBundle(path, sentenceOf(error), error);
    }
  }

  /** An entry's content; never more than its listed size. */
  async read(entry: yauzl.Entry): Promise<Readable> {
    return promisify<yauzl.Entry, Readable>(this.#file.openReadStream.bind(this.#file))(entry);
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}

/** The error for anything in a bundle that is not as it should be. */
export const badBundle = (path: string, why: string, cause?: unknown): FirstlightError =>
  new FirstlightError('bad-bundle', `${path} cannot be imported: ${why.replace(/\.$/, '')}. Nothing was made; get the bundle again.`, {
    cause,
  });

async function listOf(file: yauzl.ZipFile): Promise<Map<string, yauzl.Entry>> {
  const entries = new Map<string, yauzl.Entry>();
  const {promise, resolve, reject} = Promise.withResolvers<void>();
  file.on('error', reject);
  file.on('end', resolve);
  file.on('entry', (entry: yauzl.Entry) => {
    const fault = faultOf(entry, entries);
    if (fault !== undefined) return reject(new Error(fault));
    if (!entry.fileName.endsWith('/')) entries.set(entry.fileName, entry);
    file.readEntry();
  });
  file.readEntry();
  await promise;
  return entries;
}

/** yauzl itself refuses absolute paths, backslashes and `..`. */
function faultOf(entry: yauzl.Entry, before: ReadonlyMap<string, yauzl.Entry>): string | undefined {
  const {fileName} = entry;
  const type = (entry.externalFileAttributes >>> 16) & typeMask;
  if (before.size >= mostEntries) return `it has more than ${mostEntries} entries`;
  if (before.has(fileName)) return `${fileName} is in it twice`;
  if (fileName.includes('\0') || fileName.split('/').includes('.')) return `${JSON.stringify(fileName)} is no path`;
  if (!fileName.endsWith('/') && type !== 0 && type !== regularFile) return `${fileName} is a link or something else that is no file`;
  return entry.isEncrypted() ? `${fileName} is encrypted` : undefined;
}
