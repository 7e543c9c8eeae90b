import {createHash} from 'node:crypto';
import {existsSync, writeFileSync} from 'node:fs';
import {dirname, isAbsolute, join, resolve} from 'node:path';
import {pathToFileURL} from 'node:url';
import type {Problem} from '@firstlight/core';
import {build} from 'esbuild';
import type {BuildFailure, Message, Metafile, Plugin} from 'esbuild';

/** A context file and all it imports from its folder, as one module. */
export interface Bundle {
  /** Path of the module, or undefined if the file cannot be built. */
  readonly path: string | undefined;
  readonly problems: readonly Problem[];
  /** The files that went into it. */
  readonly inputs: readonly string[];
  /** Which of these files each import of a file means. */
  readonly imports: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Addresses of the modules that stayed outside. */
  readonly packages: readonly string[];
}

const problemOf = (message: Message, severity: 'error' | 'warning', context: string): Problem => ({
  severity,
  text: message.text,
  file: message.location ? resolve(dirname(context), message.location.file) : context,
  line: message.location?.line ?? null,
  column: message.location ? message.location.column + 1 : null,
});

/**
 * Bundles a context file into one module in `cacheFolder`, named by its content.
 *
 * What it imports from its own folder goes in; packages stay outside, those installed beside it and ours, so that they load as usual.
 */
export async function bundle(context: string, cacheFolder: string): Promise<Bundle> {
  try {
    const result = await build({
      entryPoints: [context],
      outfile: join(cacheFolder, 'context.mjs'),
      bundle: true,
      write: false,
      metafile: true,
      format: 'esm',
      platform: 'node',
      target: 'node24',
      sourcemap: 'inline',
      logLevel: 'silent',
      absWorkingDir: dirname(context),
      define: placesOf(context),
      plugins: [packagesStayOutside],
    });
    const [output] = result.outputFiles;
    const text = output?.contents ?? new Uint8Array();
    const path = join(cacheFolder, `${createHash('sha256').update(text).digest('hex').slice(0, 16)}.mjs`);
    if (!existsSync(path)) writeFileSync(path, text);
    return {path, problems: result.warnings.map((warning) => problemOf(warning, 'warning', context)), ...linksOf(result.metafile, context)};
  } catch (error) {
    const {errors, warnings} = error as Partial<BuildFailure>;
    if (!errors) throw error;
    return {
      path: undefined,
      inputs: [],
      imports: new Map(),
      packages: [],
      problems: [
        ...errors.map((message) => problemOf(message, 'error', context)),
        ...(warnings ?? []).map((message) => problemOf(message, 'warning', context)),
      ],
    };
  }
}

function linksOf({inputs}: Metafile, context: string): Pick<Bundle, 'inputs' | 'imports' | 'packages'> {
  const placeOf = (input: string): string => resolve(dirname(context), input);
  const imports = Object.entries(inputs).map(([input, {imports: all}]) => {
    const inside = all.filter(({external}) => external !== true);
    return [placeOf(input), new Map(inside.map(({original, path}) => [original ?? path, placeOf(path)]))] as const;
  });
  const outside = Object.values(inputs).flatMap((input) => input.imports.filter(({external}) => external === true));
  return {
    inputs: Object.keys(inputs).map(placeOf),
    imports: new Map(imports),
    packages: [...new Set(outside.map(({path}) => path))].sort(),
  };
}

/** The bundle lies elsewhere, so a context that asks where it is gets the place of its source. */
const placesOf = (context: string): Record<string, string> => ({
  'import.meta.url': JSON.stringify(pathToFileURL(context).href),
  'import.meta.filename': JSON.stringify(context),
  'import.meta.dirname': JSON.stringify(dirname(context)),
});

const isOurs = (path: string): boolean => /^@firstlight\/(context|core|data)($|\/)/.test(path);

const packagesStayOutside: Plugin = {
  name: 'packages-stay-outside',
  setup: (steps) => {
    steps.onResolve({filter: /^[^./]/}, async ({path, ...where}) => {
      if (where.pluginData === 'asked' || isAbsolute(path) || path.startsWith('node:')) return undefined;
      // Ours must be the very modules the runner uses, also when the context's folder has none or others installed.
      if (isOurs(path)) return {path: import.meta.resolve(path), external: true};
      const found = await steps.resolve(path, {...where, pluginData: 'asked'});
      if (found.errors.length > 0 || found.external || found.namespace !== 'file') return found;
      // Node does not run TypeScript below node_modules, so such a package goes into the bundle.
      if (/\.[cm]?tsx?$/.test(found.path)) return found;
      return {path: pathToFileURL(found.path).href, external: true};
    });
  },
};
