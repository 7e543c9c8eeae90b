import {readFile, stat, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {openToAll} from '@firstlight/store';
import type {ExperimentFolder} from '@firstlight/store';
import {z} from 'zod';
import {removeFile} from './queue/durable-files.ts';

const markSchema = z.object({bytes: z.number(), changedMs: z.number()});
type Mark = z.infer<typeof markSchema>;

type Folder = Pick<ExperimentFolder, 'database' | 'privateDir'>;

const fileOf = ({privateDir}: Folder): string => join(privateDir, 'closed.json');

async function markOf({database}: Folder): Promise<Mark> {
  const {size, mtimeMs} = await stat(database);
  return {bytes: size, changedMs: mtimeMs};
}

/** Notes how the database is when we leave it, so that the next start sees whether someone else was there. */
export async function leaveMark(folder: Folder): Promise<void> {
  await writeFile(fileOf(folder), `${JSON.stringify(await markOf(folder))}\n`);
  openToAll(fileOf(folder));
}

/** Tells whether the database is not as we left it. False also when we left without a word (a crash): then the writer's own mark tells. */
export async function takeMark(folder: Folder): Promise<{changedMeanwhile: boolean}> {
  const before = await readMark(folder);
  await removeFile(fileOf(folder));
  const now = await markOf(folder);
  return {changedMeanwhile: before !== undefined && (before.bytes !== now.bytes || before.changedMs !== now.changedMs)};
}

async function readMark(folder: Folder): Promise<Mark | undefined> {
  try {
    return markSchema.parse(JSON.parse(await readFile(fileOf(folder), 'utf8')));
  } catch {
    return undefined; // Absent or torn: nothing is known.
  }
}
