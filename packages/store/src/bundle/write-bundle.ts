import {closeSync, mkdirSync, openSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import type {Connection} from '../database/connection.ts';
import {settingText} from '../database/settings.ts';
import {rebuildViews} from '../database/views.ts';
import {writeCsv} from '../export/csv.ts';
import type {ExportRow, Selection} from '../export/model.ts';
import {isAboutData, missing} from '../export/missing.ts';
import {writeParquet} from '../export/parquet.ts';
import {ExportSource} from '../export/source.ts';
import {pathsOf} from '../folder/layout.ts';
import {keptDirectory} from '../history/kept-files.ts';
import {contextFiles, contextVersions, environments, hasFile, historyLines, variableCodes} from './code.ts';
import {createUnseenDatabase, TableCopy} from './copy-tables.ts';
import {crateOf} from './crate.ts';
import {figuresOf} from './figures.ts';
import {bundleFormat, bundleVersion, inBundle, type Manifest} from './layout.ts';
import {readmeOf} from './readme.ts';
import {Fragments, takeRun} from './run-copy.ts';
import {copySettings} from './settings.ts';
import {ZipWriter} from './zip-writer.ts';

export interface BundleRequest {
  readonly source: ExportSource;
  readonly selection: Selection;
  /** The version of this program. */
  readonly version: string;
}

/** What the parts of a bundle are made with. */
interface Making extends BundleRequest {
  readonly zip: ZipWriter;
  readonly workDir: string;
  /** The database that goes into the bundle. */
  readonly database: Connection;
  readonly fragments: Fragments;
  readonly problems: string[];
}

/**
 * Writes a bundle: a zip file with a part of a folder in it and all that is needed to understand it, sealed by a manifest of checksums. See `inBundle`. Yields the
 * runs done; returns what could not be taken.
 */
export async function* writeBundle(request: BundleRequest, path: string): AsyncGenerator<number, readonly string[]> {
  const created = new Date();
  const workDir = `${path}.d`;
  rmSync(workDir, {recursive: true, force: true});
  mkdirSync(workDir);
  try {
    await using zip = new ZipWriter(path, created);
    const database = createUnseenDatabase(join(workDir, 'runs.sqlite'));
    const fragments = new Fragments(pathsOf(request.source.dir).extractedData);
    const making: Making = {...request, zip, workDir, database, fragments, problems: []};
    try {
      yield* addRuns(making);
      await addDescriptions(making);
    } finally {
      database.close();
    }
    await addFile(zip, inBundle.database, join(workDir, 'runs.sqlite'));
    await seal(making, created);
    await zip.finish();
    return making.problems;
  } finally {
    rmSync(workDir, {recursive: true, force: true});
  }
}

async function* addRuns(making: Making): AsyncGenerator<number> {
  const {source, database} = making;
  const rows = source.rows();
  copySettings(source.connection, database);
  const tables = new TableCopy(source.connection, database, chosenNames(making));
  let done = 0;
  for (const row of rows) {
    await addRun(making, row, tables);
    yield ++done;
  }
  tables.copyCommon();
  rebuildViews(database);
}

/** A variable that was not asked for stays behind; without a choice everything comes along, also what is no column. */
const chosenNames = ({source, selection}: Making): ReadonlySet<string> | undefined =>
  selection.variables && new Set(source.columns.map(({name}) => name));

async function addRun(making: Making, row: ExportRow, tables: TableCopy): Promise<void> {
  const {zip, source, workDir, fragments, problems} = making;
  const {extractedData} = pathsOf(source.dir);
  const place = `p${row.proposal}_r${row.run}`;
  try {
    using copy = await takeRun(row, {extractedData, fragments, workDir, names: chosenNames(making), copyRows: () => tables.copyRun(row)});
    if (!copy.isSettled) problems.push(`Run ${row.run} of proposal ${row.proposal} was being written; its data may be newer than its row.`);
    if (copy.descriptor !== undefined) await zip.add(`${inBundle.folder}extracted_data/${place}.h5`, {descriptor: copy.descriptor});
    for (const {path, content} of figuresOf(source.dir, row)) await zip.add(path, content);
  } catch (error) {
    if (!isAboutData(error)) throw error;
    problems.push(missing(row, error));
  }
}

async function addDescriptions({zip, source, workDir, database, problems}: Making): Promise<void> {
  await addKept(zip, source.dir, database, problems);
  for (const {path, text} of contextFiles(source.dir)) await zip.add(`${inBundle.folder}${path}`, text);
  for (const {path, text} of [...contextVersions(database), ...variableCodes(database), ...environments(database)])
    if (!zip.files.has(path)) await zip.add(path, text);
  const history = historyLines(database);
  await zip.add(inBundle.history, history.map((line) => `${line}\n`).join(''));
  const table = new ExportSource(source.dir, database, {});
  const [csv, parquet] = [join(workDir, 'table.csv'), join(workDir, 'table.parquet')];
  Array.from(writeCsv(table, csv, {}));
  Array.from(writeParquet(table, parquet));
  await addFile(zip, inBundle.csv, csv);
  await addFile(zip, inBundle.parquet, parquet);
}

/** The data of older versions that the history kept. */
async function addKept(zip: ZipWriter, dir: string, database: Connection, problems: string[]): Promise<void> {
  const kept = database.prepare<[], string>('SELECT DISTINCT kept FROM fl_history WHERE kept IS NOT NULL').pluck().all();
  for (const file of kept) {
    const path = join(keptDirectory(pathsOf(dir)), file);
    if (hasFile(path)) await addFile(zip, `${inBundle.folder}.firstlight/history/${file}`, path);
    else problems.push(`The kept data ${file} of the history are missing.`);
  }
}

async function addFile(zip: ZipWriter, name: string, path: string): Promise<void> {
  const descriptor = openSync(path, 'r');
  try {
    await zip.add(name, {descriptor});
  } finally {
    closeSync(descriptor);
  }
}

async function seal({zip, source, selection, problems, version}: Making, created: Date): Promise<void> {
  const {columns, runs} = source;
  const proposals = [...new Set(runs.map(({proposal}) => proposal))];
  const facts = {proposals, runs: runs.length, columns, created, version};
  const said = (key: string): string | undefined => settingText(source.connection, key);
  await zip.add(inBundle.readme, readmeOf({...facts, problems}));
  const lines = [...zip.files].map(([path, {sha256}]) => `${sha256}  ${path}\n`);
  await zip.add(inBundle.checksums, lines.join(''));
  const crate = crateOf({...facts, license: said('fl_license'), author: said('fl_author'), files: zip.files});
  await zip.add(inBundle.crate, `${JSON.stringify(crate, null, 1)}\n`);
  const manifest: Manifest = {
    format: bundleFormat,
    version: bundleVersion,
    created: created.toISOString(),
    software: {name: 'Firstlight', version},
    selection: {
      runs: selection.runs ? [...selection.runs] : null,
      proposal: selection.proposal ?? null,
      variables: selection.variables ? [...selection.variables] : null,
    },
    runs: runs.length,
    variables: columns.length,
    problems,
    files: Object.fromEntries(zip.files),
  };
  await zip.add(inBundle.manifest, `${JSON.stringify(manifest, null, 1)}\n`);
}
