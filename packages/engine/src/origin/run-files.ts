import {createHash} from 'node:crypto';
import {readdir, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {runDirectoryName} from '@firstlight/core';
import type {RunId} from '@firstlight/core';
import type {RunFile} from '@firstlight/store';
import {findProposal} from '../intake/run-directories.ts';
import {isDataFile, unlessMissing} from '../intake/run-state.ts';

/** The files of a run, by kind of data; an identity is null where there is no directory. */
export interface RunFiles {
  readonly raw: FilesOfKind;
  readonly proc: FilesOfKind;
}

export interface FilesOfKind {
  /** Equal as long as no file of the run has another name, size or time of change. */
  readonly identity: string | null;
  readonly files: readonly RunFile[];
}

const none: FilesOfKind = {identity: null, files: []};
const runsAtOnce = 32;

/** Looks at the files of runs below a data root; a proposal is looked for until it is found. */
export class RunFileLists {
  readonly #dataRoot: string;
  readonly #proposals = new Map<number, Promise<string | undefined>>();

  constructor(dataRoot: string) {
    this.#dataRoot = dataRoot;
  }

  /** The files of one run as they are now. */
  async of({proposal, run}: RunId): Promise<RunFiles> {
    const finding = this.#proposals.get(proposal) ?? findProposal(this.#dataRoot, proposal);
    this.#proposals.set(proposal, finding);
    const directory = await finding;
    if (directory === undefined) {
      this.#proposals.delete(proposal); // it may come
      return {raw: none, proc: none};
    }
    const [raw, proc] = await Promise.all(
      (['raw', 'proc'] as const).map(async (kind) => listFiles(join(directory, kind, runDirectoryName(run)))),
    );
    return {raw: raw ?? none, proc: proc ?? none};
  }

  /** The files of many runs, in their order. */
  async ofAll(runs: readonly RunId[]): Promise<RunFiles[]> {
    const found: RunFiles[] = [];
    for (let first = 0; first < runs.length; first += runsAtOnce)
      found.push(...(await Promise.all(runs.slice(first, first + runsAtOnce).map(async (run) => this.of(run)))));
    return found;
  }
}

// EXtra-data leaves a map of the files beside them, which says nothing new.
async function listFiles(directory: string): Promise<FilesOfKind> {
  const names = await unlessMissing(readdir(directory));
  if (names === undefined) return none;
  const stats = await Promise.all(
    names
      .filter(isDataFile)
      .sort()
      .map(async (name) => [name, await unlessMissing(stat(join(directory, name)))] as const),
  );
  const files = stats.flatMap(([name, found]) => (found?.isFile() ? [{name, size: found.size, mtimeMs: found.mtimeMs}] : []));
  const text = JSON.stringify(files.map(({name, size, mtimeMs}) => [name, size, mtimeMs]));
  return {identity: createHash('sha256').update(text).digest('hex'), files};
}
