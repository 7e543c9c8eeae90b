import {open, readFile, rename} from 'node:fs/promises';
import {join} from 'node:path';
import type {RunId} from '@firstlight/core';
import {makeDirectory, openToAll} from '@firstlight/store';
import {z} from 'zod';
import {unlessMissing} from './run-state.ts';

/** The kind of data that became available. */
export type DataTrigger = 'raw' | 'proc';

/** Remembers which state of a run was handed on, beyond the life of the process. */
export interface SeenStore {
  get(run: RunId, trigger: DataTrigger): Promise<string | undefined>;
  set(run: RunId, trigger: DataTrigger, signature: string): Promise<void>;
}

const SeenFile = z.object({raw: z.string().optional(), proc: z.string().optional()});

/** Keeps what was seen in a directory, one small file per run: `p1234_r7.json`. A file that cannot be understood counts as nothing seen: the run is handed on again. */
export const seenInDirectory = (directory: string): SeenStore => {
  const pathOf = ({proposal, run}: RunId) => join(directory, `p${proposal}_r${run}.json`);
  const read = async (run: RunId): Promise<z.infer<typeof SeenFile>> => parse(await unlessMissing(readFile(pathOf(run), 'utf8')));
  return {
    get: async (run, trigger) => (await read(run))[trigger],
    async set(run, trigger, signature) {
      makeDirectory(directory);
      await replaceFile(pathOf(run), JSON.stringify({...(await read(run)), [trigger]: signature}));
    },
  };
};

/** Remembers only as long as the process lives. */
export const seenInMemory = (): SeenStore => {
  const signatures = new Map<string, string>();
  const keyOf = ({proposal, run}: RunId, trigger: DataTrigger) => `${proposal}/${run}/${trigger}`;
  return {
    get: async (run, trigger) => signatures.get(keyOf(run, trigger)),
    set: async (run, trigger, signature) => void signatures.set(keyOf(run, trigger), signature),
  };
};

const parse = (text: string | undefined): z.infer<typeof SeenFile> => {
  try {
    return SeenFile.parse(JSON.parse(text ?? '{}'));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return {};
    throw error;
  }
};

/** Writes a file beside and puts it in place, so that it is there whole or not at all. */
export const replaceFile = async (path: string, text: string): Promise<void> => {
  const beside = `${path}.writing`;
  {
    await using file = await open(beside, 'w');
    openToAll(beside);
    await file.writeFile(text);
    await file.sync();
  }
  await rename(beside, path);
};
