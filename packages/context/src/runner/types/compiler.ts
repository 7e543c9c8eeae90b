import {existsSync} from 'node:fs';
import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';
import {arch, platform} from 'node:process';

/** The TypeScript compiler (a program) that is installed where a file is; undefined if there is none. */
export function findCompiler(from: string | URL = import.meta.url): string | undefined {
  try {
    const typescript = createRequire(from).resolve('typescript/package.json');
    const native = createRequire(typescript).resolve(`@typescript/typescript-${platform}-${arch}/package.json`);
    const program = join(dirname(native), 'lib', platform === 'win32' ? 'tsc.exe' : 'tsc');
    return existsSync(program) ? program : undefined;
  } catch {
    return undefined; // not installed, or too old to be a program of its own
  }
}
