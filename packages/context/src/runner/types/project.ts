import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';
import {z} from 'zod';

const require = createRequire(import.meta.url);
const ours = ['@firstlight/context', '@firstlight/core', '@firstlight/data'];
const manifest = z.object({exports: z.record(z.string(), z.string())});

/** Where the compiler finds our packages: the very files the runner uses, also for a context whose folder has none. */
function ourPaths(): Record<string, [string]> {
  return Object.fromEntries(
    ours.flatMap((name) => {
      const folder = packageFolder(name);
      const {exports} = manifest.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
      return Object.entries(exports).map(([path, file]) => [join(name, path), [join(folder, file)] as [string]]);
    }),
  );
}

/** The folder of one of our packages: the nearest above its entry that has a manifest. */
function packageFolder(name: string): string {
  const entry = name === '@firstlight/context' ? join(import.meta.dirname, '../../index.ts') : require.resolve(name);
  return dirname(dirname(entry));
}

function nodeTypes(): {types: string[]; typeRoots?: string[]} {
  try {
    return {types: ['node'], typeRoots: [dirname(dirname(require.resolve('@types/node/package.json')))]};
  } catch {
    return {types: []}; // contexts that use Node's own modules are then told that these have no types
  }
}

const ourFolders = ours.map(packageFolder);

/** Tells whether a file is one a user writes: no package's, and none of ours, in which nothing they could mend is wrong. */
export const isUsersFile = (file: string): boolean =>
  !file.includes('/node_modules/') && !ourFolders.some((folder) => file.startsWith(`${dirname(folder)}/`));

/** How a context is checked: strictly, but as leniently as it is run about how files are imported. */
const compilerOptions = () => ({
  target: 'ES2024',
  lib: ['ESNext'], // not the browser's, whose globals (name, event, length) would hide misspelt variables
  module: 'ESNext',
  moduleResolution: 'bundler',
  strict: true,
  noEmit: true,
  allowImportingTsExtensions: true,
  resolveJsonModule: true,
  skipLibCheck: true,
  ...nodeTypes(),
  paths: ourPaths(),
});

let options: ReturnType<typeof compilerOptions> | undefined;

/** The compiler's settings for a context, and a name for these settings and this context. */
export function projectOf(context: string): {project: object; key: string} {
  options ??= compilerOptions();
  const project = {compilerOptions: options, files: [context]};
  return {project, key: createHash('sha256').update(JSON.stringify(project)).digest('hex').slice(0, 24)};
}
