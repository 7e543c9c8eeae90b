import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {z} from 'zod';
import {installation} from './environment.ts';

const ours = ['context', 'core', 'data'];
const manifest = z.object({exports: z.record(z.string(), z.string())});

/** The `tsconfig.json` of a folder with a context in TypeScript: an editor then knows the same of `@firstlight/context` as the check of contexts does. */
export function editorSettings(): string {
  const settings = {
    compilerOptions: {
      target: 'ES2024',
      lib: ['ESNext'],
      module: 'ESNext',
      moduleResolution: 'bundler',
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      resolveJsonModule: true,
      allowImportingTsExtensions: true,
      typeRoots: [join(installation, 'node_modules', '@types')],
      types: ['node'],
      paths: Object.fromEntries(ours.flatMap(exportsOf)),
    },
    include: ['*.ts'],
  };
  return `${JSON.stringify(settings, null, 2)}\n`;
}

/** What can be imported from one of our packages, and the file it is in. */
function exportsOf(name: string): [string, [string]][] {
  const folder = join(installation, 'packages', name);
  const {exports} = manifest.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
  return Object.entries(exports).map(([path, file]) => [join('@firstlight', name, path), [join(folder, file)]]);
}
