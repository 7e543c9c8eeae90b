import {createHash} from 'node:crypto';
import {mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {dirname, join, sep} from 'node:path';
import {z} from 'zod';

/** Contexts that are remembered; an entry has some 30 kB. */
const mostRemembered = 50;

/** Each file that was read when the context was found right, and what identifies its content. */
const entry = z.record(z.string(), z.string());

/** The user's own files are known by their content, libraries (hundreds) by size and time of change. */
function stampOf(file: string, folder: string): string | undefined {
  try {
    if (file.startsWith(`${folder}${sep}`)) return createHash('sha256').update(readFileSync(file)).digest('hex');
    const {size, mtimeMs} = statSync(file);
    return `${size} ${mtimeMs}`;
  } catch {
    return undefined; // gone
  }
}

/** The files a context consists of, if it was found right and none of them has changed since. */
export function recall(memoryFolder: string, key: string, context: string): string[] | undefined {
  try {
    const files = Object.entries(entry.parse(JSON.parse(readFileSync(join(memoryFolder, `${key}.json`), 'utf8'))));
    const isSame = files.length > 0 && files.every(([file, stamp]) => stampOf(file, dirname(context)) === stamp);
    return isSame ? files.map(([file]) => file) : undefined;
  } catch {
    return undefined; // never seen, or not readable: it is checked then
  }
}

/** Notes that a context is right as it is. */
export function remember(memoryFolder: string, key: string, {context, files}: {context: string; files: readonly string[]}): void {
  const stamps = Object.fromEntries(files.map((file) => [file, stampOf(file, dirname(context)) ?? '']));
  try {
    mkdirSync(memoryFolder, {recursive: true});
    const beside = join(memoryFolder, `${key}.${process.pid}.writing`);
    writeFileSync(beside, JSON.stringify(stamps));
    renameSync(beside, join(memoryFolder, `${key}.json`));
    forgetOldest(memoryFolder);
  } catch {
    // A home that cannot be written costs half a second at the next start, no more.
  }
}

function forgetOldest(memoryFolder: string): void {
  const paths = readdirSync(memoryFolder).map((name) => join(memoryFolder, name));
  if (paths.length <= mostRemembered) return;
  const ages = new Map(paths.map((path) => [path, statSync(path).mtimeMs]));
  const oldestFirst = paths.toSorted((a, b) => (ages.get(a) ?? 0) - (ages.get(b) ?? 0));
  for (const path of oldestFirst.slice(0, paths.length - mostRemembered)) rmSync(path, {force: true});
}
