import {readdirSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'vite';

const web = fileURLToPath(new URL('../packages/web/', import.meta.url));

/** Builds the page when its sources are newer than what was built. */
export async function ensurePageBuilt(): Promise<void> {
  if (changedAt('dist/index.html') > newest('src') && changedAt('dist/index.html') > changedAt('vite.config.ts')) return;
  await build({configFile: join(web, 'vite.config.ts'), logLevel: 'error'});
}

const changedAt = (path: string): number => statSync(join(web, path), {throwIfNoEntry: false})?.mtimeMs ?? 0;

const newest = (folder: string): number =>
  readdirSync(join(web, folder), {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile())
    .reduce((latest, {parentPath, name}) => Math.max(latest, statSync(join(parentPath, name)).mtimeMs), 0);
