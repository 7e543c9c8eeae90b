import {copyFileSync, linkSync, mkdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {createFolder, openFolder, WriterProcess, writeFragment} from '@firstlight/store';
import type {ExperimentFolder} from '@firstlight/store';
import Database from 'better-sqlite3';

export const proposal = 1234;
export const variableName = (index: number): string => `variable_${String(index).padStart(3, '0')}`;

const firstRunAt = 1_700_000_000; // seconds since 1970
const secondsBetweenRuns = 60;

/** Every tenth variable is an integer, every fifth is a mean of data with a spread, one is text, the others are plain numbers. */
const rowsOfRuns = `
INSERT INTO run_variables (proposal, run, name, version, value, timestamp, max_diff, provenance, summary_type, summary_method, attributes)
SELECT info.proposal, info.run, variables.name, 1,
  CASE WHEN variables.rowid = 3 THEN 'sample ' || (info.run % 7) WHEN variables.rowid % 10 = 0 THEN info.run + variables.rowid ELSE info.run * 0.001 + variables.rowid * 1.1 END,
  info.added_at + 0.25, CASE WHEN variables.rowid % 5 = 0 THEN 0.125 END, 'context.py', NULL, CASE WHEN variables.rowid % 5 = 0 THEN 'mean' ELSE '' END, NULL
FROM run_info AS info CROSS JOIN variables ORDER BY info.run, variables.rowid`;

/**
 * Makes a folder of runs 1 to `runs`, each with a value of every variable: its rows by SQL, run by run as they would come, and of the runs' files only the last
 * one's for real; the others are links to a small one, so that the directory is as full as it would be.
 */
export async function makeFolder(dir: string, {runs, variables}: {runs: number; variables: number}): Promise<ExperimentFolder> {
  createFolder(dir, {proposal, contextPython: process.execPath});
  const folder = openFolder(dir);
  await fillLastRun(folder, runs, variables);
  fillDatabase(folder, runs, variables);
  linkRunFiles(folder, runs);
  return folder;
}

function fillDatabase({database}: ExperimentFolder, runs: number, variables: number): void {
  const connection = new Database(database);
  connection.pragma('synchronous = OFF');
  connection.pragma('cache_size = -200000');
  connection
    .transaction(() => {
      connection.exec('DELETE FROM run_variables; DELETE FROM run_info; DELETE FROM variables; DELETE FROM fl_variables');
      const declare = connection.prepare(
        'INSERT INTO variables (name, type, title, description, attributes) VALUES (?, NULL, ?, NULL, NULL)',
      );
      for (let i = 0; i < variables; i++) declare.run(variableName(i), `Group ${i % 12}/Variable ${i}`);
      const addRun = connection.prepare('INSERT INTO run_info (proposal, run, start_time, added_at) VALUES (?, ?, ?, ?)');
      for (let run = 1; run <= runs; run++) {
        const at = firstRunAt + run * secondsBetweenRuns;
        addRun.run(BigInt(proposal), BigInt(run), at, at);
      }
      connection.exec(rowsOfRuns);
    })
    .immediate();
  connection.close();
}

async function fillLastRun(folder: ExperimentFolder, run: number, variables: number): Promise<void> {
  const values = Array.from({length: variables}, (_, i) => ({
    name: variableName(i),
    outcome: {state: 'ok' as const, cell: {data: i + 0.5}},
  }));
  writeFragment(folder.extractedData, {proposal, run}, values);
  await using writer = await WriterProcess.start(folder.dir);
  await writer.merge();
}

function linkRunFiles({extractedData, dir}: ExperimentFolder, runs: number): void {
  const small = join(dir, 'small');
  mkdirSync(small, {recursive: true});
  const first = join(small, 'first.h5');
  copyFileSync(join(extractedData, `p${proposal}_r${runs}.h5`), first);
  for (let run = 1; run < runs; run++) linkSync(first, join(extractedData, `p${proposal}_r${run}.h5`));
  rmSync(small, {recursive: true});
}
