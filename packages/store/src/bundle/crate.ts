import {extname} from 'node:path';
import type {ExportColumn} from '../export/model.ts';
import type {BundleFile} from './layout.ts';
import {inBundle} from './layout.ts';

/** What the description of a bundle is made of. */
export interface CrateFacts {
  readonly proposals: readonly number[];
  readonly runs: number;
  readonly columns: readonly ExportColumn[];
  readonly created: Date;
  readonly version: string;
  /** As the folder says; undefined: it does not say. */
  readonly license: string | undefined;
  readonly author: string | undefined;
  readonly files: ReadonlyMap<string, BundleFile>;
}

type Entity = Readonly<Record<string, unknown>>;

const encodings: Readonly<Record<string, string>> = {
  '.csv': 'text/csv',
  '.h5': 'application/x-hdf5',
  '.json': 'application/json',
  '.jsonl': 'application/jsonl',
  '.md': 'text/markdown',
  '.parquet': 'application/vnd.apache.parquet',
  '.png': 'image/png',
  '.py': 'text/x-python',
  '.sqlite': 'application/vnd.sqlite3',
  '.ts': 'text/plain',
  '.txt': 'text/plain',
};

const said: Readonly<Record<string, string>> = {
  [inBundle.csv]: 'The table: a row for each run, a column for each variable.',
  [inBundle.parquet]: 'The same table with types, titles and units.',
  [inBundle.database]: 'All summaries, comments, tags and the history, in the format of DAMNIT.',
  [inBundle.history]: 'Every version of every value: when, by what code, from what inputs.',
  [inBundle.readme]: 'What is where in this bundle.',
  [inBundle.checksums]: 'SHA-256 of every file, for sha256sum --check.',
};

/** Describes a bundle as an RO-Crate 1.1 (https://w3id.org/ro/crate/1.1), so that repositories and other tools know what is in it. */
export function crateOf(facts: CrateFacts): object {
  const files = [...[...facts.files].map(([path, file]) => fileEntity(path, file)), manifestEntity];
  const variables = facts.columns.map(variableEntity);
  return {
    '@context': ['https://w3id.org/ro/crate/1.1/context', {sha256: 'http://schema.org/sha256'}],
    '@graph': [descriptor, rootEntity(facts, files, variables), ...files, ...variables, ...actionEntities(facts), ...contextual(facts)],
  };
}

const descriptor: Entity = {
  '@id': inBundle.crate,
  '@type': 'CreativeWork',
  conformsTo: {'@id': 'https://w3id.org/ro/crate/1.1'},
  about: {'@id': './'},
};

const reference = (entity: Entity): Entity => ({'@id': entity['@id']});

/** A crate must say something about its use, and we cannot know it. */
const notStated = 'The owners of the data have not stated a license; ask them before you use it.';

function rootEntity(
  {proposals, runs, columns, created, license = notStated, author}: CrateFacts,
  files: readonly Entity[],
  variables: readonly Entity[],
): Entity {
  const of = proposals.length === 1 ? `proposal ${proposals[0]}` : `proposals ${proposals.join(', ')}`;
  return {
    '@id': './',
    '@type': 'Dataset',
    name: `Results of ${of}`,
    description: `Values of ${columns.length} variables for ${runs} runs of ${of}, with the code and environment that computed them, exported by Firstlight.`,
    datePublished: created.toISOString(),
    license: isAddress(license) ? {'@id': license} : license,
    ...(author !== undefined && {author: {'@id': '#author'}}),
    hasPart: files.map(reference),
    variableMeasured: variables.map(reference),
    mentions: {'@id': '#export'},
  };
}

const isAddress = (text: string): boolean => /^https?:\/\//.test(text);

/** The manifest is written after this description, so of it alone there is no size. */
const manifestEntity: Entity = {
  '@id': inBundle.manifest,
  '@type': 'File',
  name: inBundle.manifest,
  description: 'Size and SHA-256 of every other file.',
  encodingFormat: 'application/json',
};

const fileEntity = (path: string, {size, sha256}: BundleFile): Entity => ({
  '@id': path.split('/').map(encodeURIComponent).join('/'),
  '@type': 'File',
  name: path,
  ...(said[path] && {description: said[path]}),
  contentSize: String(size),
  encodingFormat: encodings[extname(path)] ?? 'application/octet-stream',
  sha256,
});

const variableEntity = ({name, title, units, description}: ExportColumn): Entity => ({
  '@id': `#variable-${encodeURIComponent(name)}`,
  '@type': 'PropertyValue',
  propertyID: name,
  name: title,
  ...(units !== null && {unitText: units}),
  ...(description !== null && {description}),
});

const actionEntities = ({created, version}: CrateFacts): Entity[] => [
  {
    '@id': '#export',
    '@type': 'CreateAction',
    name: 'Export by Firstlight',
    endTime: created.toISOString(),
    instrument: {'@id': '#firstlight'},
    result: {'@id': './'},
  },
  {'@id': '#firstlight', '@type': 'SoftwareApplication', name: 'Firstlight', version},
];

const contextual = ({license, author}: CrateFacts): Entity[] => [
  ...(license !== undefined && isAddress(license) ? [{'@id': license, '@type': 'CreativeWork', name: license}] : []),
  ...(author === undefined ? [] : [{'@id': '#author', '@type': 'Person', name: author}]),
];
