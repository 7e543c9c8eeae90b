import {closeSync, constants, existsSync, linkSync, openSync, readSync, renameSync, rmSync, writeFileSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import {z} from 'zod';
import type {FolderPaths} from '../folder/layout.ts';
import {openToAll} from '../folder/modes.ts';

const record = z.object({
  /** Names one taking of the folder. */
  owner: z.string(),
  host: z.string(),
  boot: z.string(),
  pid: z.int(),
  address: z.string().nullable(),
  /** Goes up with every renewal; who watches it on his own clock sees whether the owner lives. */
  counter: z.int().nonnegative(),
  /** How often it is renewed. */
  everyMs: z.number().min(20).max(60_000),
});

/** What a lease says. */
export type LeaseRecord = z.infer<typeof record>;

const bytes = 1024; // always the same, so that renewing it needs no space

export const leaseFile = ({privateDir}: Pick<FolderPaths, 'privateDir'>): string => join(privateDir, 'lease.json');

const textOf = (lease: LeaseRecord): Buffer => Buffer.from(`${JSON.stringify(lease).padEnd(bytes - 1)}\n`);

/** The lease of a folder as it is now; `'torn'` when somebody is writing it at this moment, undefined when there is none. */
export function readLease(path: string): LeaseRecord | 'torn' | undefined {
  const file = openIfThere(path, constants.O_RDONLY);
  if (file === undefined) return undefined;
  try {
    return contentOf(file);
  } finally {
    closeSync(file);
  }
}

/**
 * Renews a lease in its place; false when it is another's by now. Opened anew each time: network file systems look for what others wrote when a file is opened,
 * and send what we wrote when it is closed. Who takes a lease over puts a new file in its place, so a late renewal goes nowhere.
 */
export function renewLease(path: string, lease: LeaseRecord): boolean {
  const file = openIfThere(path, constants.O_RDWR);
  if (file === undefined) return false;
  try {
    const found = contentOf(file);
    if (found !== 'torn' && found.owner !== lease.owner) return false;
    writeSync(file, textOf(lease), 0, bytes, 0);
    return true;
  } finally {
    closeSync(file);
  }
}

/** Makes a lease where there is none; false when somebody was faster. */
export function createLease(path: string, lease: LeaseRecord): boolean {
  const beside = writeBeside(path, lease);
  try {
    return link(beside, path);
  } finally {
    rmSync(beside, {force: true});
  }
}

/** The one way to make a file with its content in which exactly one of several succeeds, on network file systems, too. */
function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(code ?? '')) throw error;
    if (existsSync(to)) return false;
    renameSync(from, to); // a file system without hard links
    return true;
  }
}

/** Puts a lease in the place of another. */
export function replaceLease(path: string, lease: LeaseRecord): void {
  renameSync(writeBeside(path, lease), path);
}

/** Gives a lease up, when it is still ours. */
export function removeLease(path: string, owner: string): void {
  const found = readLease(path);
  if (typeof found === 'object' && found.owner === owner) rmSync(path, {force: true});
}

function writeBeside(path: string, lease: LeaseRecord): string {
  const beside = `${path}.${lease.owner}`;
  writeFileSync(beside, textOf(lease), {flag: 'wx'});
  openToAll(beside);
  return beside;
}

function openIfThere(path: string, flags: number): number | undefined {
  try {
    return openSync(path, flags | constants.O_NOFOLLOW);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function contentOf(file: number): LeaseRecord | 'torn' {
  const buffer = Buffer.alloc(bytes);
  const length = readSync(file, buffer, 0, bytes, 0);
  try {
    return record.parse(JSON.parse(buffer.toString('utf8', 0, length)));
  } catch {
    return 'torn';
  }
}
