import {statSync} from 'node:fs';

/** A file that changed this shortly before it was read may have changed again without a trace. */
const racyMs = 50;

/** What identifies the content of a file without reading it; undefined if it cannot be told apart from an earlier one. */
function stampOf(file: string, readAt: number): string | undefined {
  try {
    const {size, mtimeMs, ctimeMs, ino} = statSync(file);
    return Math.max(mtimeMs, ctimeMs) > readAt - racyMs ? undefined : `${size} ${mtimeMs} ${ctimeMs} ${ino}`;
  } catch {
    return undefined; // gone
  }
}

/**
 * Notes how files are; the function tells whether they certainly still are so. Costs some 10 µs for a file.
 *
 * @param readAt when reading them began, in ms since 1970.
 */
export function watchFiles(files: Iterable<string>, readAt: number): () => boolean {
  const stamps = new Map([...files].map((file) => [file, stampOf(file, readAt)]));
  return () => [...stamps].every(([file, stamp]) => stamp !== undefined && stampOf(file, readAt) === stamp);
}
