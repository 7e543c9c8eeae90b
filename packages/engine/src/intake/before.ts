import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {RunId} from '@firstlight/core';
import {z} from 'zod';
import {unlessMissing} from './run-state.ts';
import {replaceFile} from './seen.ts';

const fileName = 'before-watching.json';
const BeforeFile = z.array(z.tuple([z.int(), z.int()]));

/** Which runs had values before a folder was watched for the first time. */
export interface Before {
  readonly isFirst: boolean;
  readonly count: number;
  has(run: RunId): boolean;
}

/**
 * Tells which runs were computed before anything was watched, by another program or because a person asked: their files as they are then are no news.
 *
 * @param privateDir where the answer is written the first time, so that it stays the same; what was seen is kept in `seen` there.
 * @param computed which runs have values now.
 */
export async function runsBefore(privateDir: string, computed: () => readonly RunId[]): Promise<Before> {
  const known = await unlessMissing(readFile(join(privateDir, fileName), 'utf8'));
  if (known !== undefined) return beforeOf(BeforeFile.parse(JSON.parse(known)), false);
  const seen = (await unlessMissing(readdir(join(privateDir, 'seen')))) ?? [];
  // Seen by a version of us that wrote no such file.
  if (seen.length > 0) return beforeOf([], false);
  const runs = computed().map(({proposal, run}): [number, number] => [proposal, run]);
  await replaceFile(join(privateDir, fileName), JSON.stringify(runs));
  return beforeOf(runs, true);
}

function beforeOf(runs: z.output<typeof BeforeFile>, isFirst: boolean): Before {
  const keys = new Set(runs.map(([proposal, run]) => `${proposal}:${run}`));
  return {isFirst, count: keys.size, has: ({proposal, run}) => keys.has(`${proposal}:${run}`)};
}
