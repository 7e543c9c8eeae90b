import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import type {Environment} from '@firstlight/core';
import {z} from 'zod';

const manifest = z.object({name: z.string(), version: z.string()});

/** What computes: Node, and the packages that a context imports, given the addresses of their modules. */
export function environmentOf(modules: readonly string[]): Environment {
  const found = modules
    .map(packageOf)
    .filter((each) => each !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const packages = Object.fromEntries(found);
  const said = ['typescript', process.execPath, process.version, found];
  const identity = createHash('sha256').update(JSON.stringify(said)).digest('hex');
  return {identity, language: 'typescript', interpreter: process.execPath, version: process.version.slice(1), packages};
}

/** Name and version from the nearest manifest above a module. */
function packageOf(address: string): [name: string, version: string] | undefined {
  if (!address.startsWith('file:')) return undefined;
  for (let folder = new URL('.', address); folder.pathname !== '/'; folder = new URL('..', folder)) {
    const parsed = manifest.safeParse(readManifest(folder));
    if (parsed.success) return [parsed.data.name, parsed.data.version];
  }
  return undefined;
}

function readManifest(folder: URL): unknown {
  try {
    return JSON.parse(readFileSync(fileURLToPath(new URL('package.json', folder)), 'utf8'));
  } catch {
    return undefined; // none here
  }
}
