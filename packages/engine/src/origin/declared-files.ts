import {createHash} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {readdir, stat} from 'node:fs/promises';
import type {Stats} from 'node:fs';
import {resolve} from 'node:path';
import {pipeline} from 'node:stream/promises';
import {unlessMissing} from '../intake/run-state.ts';

/** A larger file is known by its size and time of change. */
const mostReadBytes = 64 * 1024 * 1024;
const mostRemembered = 1000;

/** Identities of the files that variables declare to depend on. */
export class DeclaredFiles {
  readonly #folder: string;
  /** By path, with the state of the file for which it holds. */
  readonly #known = new Map<string, {state: string; identity: string}>();

  /** @param folder what paths are relative to: that of the context file. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The identities of files by path as declared; one that is not there has an identity, too. */
  async of(paths: Iterable<string>): Promise<Record<string, string>> {
    const entries = [...new Set(paths)].map(async (path) => [path, await this.#identityOf(resolve(this.#folder, path))] as const);
    return Object.fromEntries(await Promise.all(entries));
  }

  async #identityOf(path: string): Promise<string> {
    const stats = await unlessMissing(stat(path));
    if (!stats) return 'missing';
    const state = stateOf(stats);
    const known = this.#known.get(path);
    if (known?.state === state) return known.identity;
    const identity = stats.isDirectory() ? `directory:${await listing(path)}` : stats.size > mostReadBytes ? state : await contentOf(path);
    if (this.#known.size >= mostRemembered) this.#known.clear();
    this.#known.set(path, {state, identity});
    return identity;
  }
}

const stateOf = ({size, mtimeMs}: Stats): string => `${size}:${mtimeMs}`;

/** The names in a directory; what is in its files has to be declared by their own paths. */
async function listing(path: string): Promise<string> {
  const names = (await unlessMissing(readdir(path))) ?? [];
  return createHash('sha256').update(JSON.stringify(names.sort())).digest('hex');
}

async function contentOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
  } catch {
    return 'unreadable';
  }
  return hash.digest('hex');
}
