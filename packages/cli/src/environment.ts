import {existsSync} from 'node:fs';
import {delimiter, join} from 'node:path';
import {fileURLToPath} from 'node:url';

/** The root of this installation. */
export const installation = fileURLToPath(new URL('../../..', import.meta.url));

/** The Python that runs contexts unless the folder says otherwise: this installation's environment, else the first `python3` on the path. */
export function defaultPython(path: string = process.env['PATH'] ?? ''): string {
  const candidates = [join(installation, '.venv', 'bin', 'python'), ...path.split(delimiter).map((folder) => join(folder, 'python3'))];
  return candidates.find((candidate) => existsSync(candidate)) ?? 'python3';
}
