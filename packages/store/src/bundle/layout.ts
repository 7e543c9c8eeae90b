import {z} from 'zod';

/**
 * What is where in a bundle. `folder/` is itself an experiment folder in DAMNIT's format, of what was selected; all the rest is for those who have neither program:
 * tables, figures, code and environments as plain files.
 */
export const inBundle = {
  manifest: 'manifest.json',
  checksums: 'sha256sums.txt',
  crate: 'ro-crate-metadata.json',
  readme: 'README.md',
  history: 'history.jsonl',
  csv: 'table.csv',
  parquet: 'table.parquet',
  database: 'folder/runs.sqlite',
  folder: 'folder/',
  figures: 'figures/',
  code: 'code/',
  environments: 'environment/',
} as const;

export const bundleFormat = 'firstlight-bundle';
export const bundleVersion = 1;

const file = z.object({size: z.int().nonnegative(), sha256: z.string().regex(/^[\da-f]{64}$/)});

/** The manifest: every other file of the bundle with its size and checksum. */
export const manifestSchema = z.object({
  format: z.literal(bundleFormat),
  version: z.int().positive(),
  created: z.string(),
  software: z.object({name: z.string(), version: z.string()}),
  /** What was asked for; `null` is all. */
  selection: z.object({
    runs: z.array(z.int()).nullable(),
    proposal: z.int().nullable(),
    variables: z.array(z.string()).nullable(),
  }),
  runs: z.int().nonnegative(),
  variables: z.int().nonnegative(),
  /** What could not be taken, or changed while it was, a sentence each. */
  problems: z.array(z.string()),
  files: z.record(z.string(), file),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type BundleFile = Manifest['files'][string];

/** The characters that are the same in a file's name on every system; others become `_`. */
export const fileNamePart = (name: string): string =>
  name
    .replaceAll(/[^\w.@+-]/gu, '_')
    .replace(/^\.+/, '_')
    .slice(0, 120) || '_';
