import {existsSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {FirstlightError, type RunId} from '@firstlight/core';
import {openFile} from '@firstlight/hdf5';
import type {Connection} from '../database/connection.ts';
import {rebuildViews} from '../database/views.ts';
import type {FolderPaths} from '../folder/layout.ts';
import {variablesIn} from '../fragment/areas.ts';
import {addVersion, latestVersion, withoutValue} from '../history/record.ts';
import {writeFragment} from '../fragment/write.ts';
import {type Hand, logEdit} from './edit-log.ts';

const lockTimeoutMs = 5_000;

/**
 * Says of every run that has data of a variable that there is none any more: in fragments, which the next merge obeys. To be called when no others wait.
 *
 * Throws `no-such-variable`. Gives the runs.
 */
export function orderDeletion(connection: Connection, {extractedData}: FolderPaths, name: string): RunId[] {
  const rows = runsInTable(connection, name);
  const isKnown = connection.prepare('SELECT 1 FROM variables WHERE name = ?').get(name) !== undefined;
  const runs = runsWith(extractedData, name);
  if (!isKnown && rows.length === 0 && runs.length === 0)
    throw new FirstlightError('no-such-variable', `There is no variable "${name}" in this folder.`, {facts: {name}});
  for (const run of runs) writeFragment(extractedData, run, [{name, outcome: {state: 'none'}}]);
  const all = new Map([...rows, ...runs].map((run) => [`${run.proposal}:${run.run}`, run]));
  return [...all.values()];
}

/** Removes what the database says of a variable; its history stays. */
export function deleteFromDatabase(connection: Connection, name: string, hand: Hand): void {
  connection
    .transaction(() => {
      for (const run of runsInTable(connection, name)) recordDeletion(connection, run, name, hand);
      for (const table of ['variables', 'run_variables', 'fl_variables', 'fl_summary_kinds'])
        connection.prepare(`DELETE FROM ${table} WHERE name = ?`).run(name);
      rebuildViews(connection);
      logEdit(connection, hand, {what: 'variable', target: name, before: name, after: null});
    })
    .immediate();
}

const runsInTable = (connection: Connection, name: string): RunId[] =>
  connection.prepare<[string], RunId>('SELECT DISTINCT proposal, run FROM run_variables WHERE name = ?').all(name);

/** The last version says that there is no value; that of a value which was in a run's file is there already, and loses its row. */
function recordDeletion(connection: Connection, run: RunId, name: string, {author, at}: Hand): void {
  connection
    .prepare(
      `UPDATE fl_history SET has_row = 0, author = ? WHERE proposal = ? AND run = ? AND name = ? AND state = 'none'
         AND version = (SELECT max(version) FROM fl_history AS all_versions WHERE all_versions.proposal = fl_history.proposal
           AND all_versions.run = fl_history.run AND all_versions.name = fl_history.name)`,
    )
    .run(author, BigInt(run.proposal), BigInt(run.run), name);
  if (latestVersion(connection, run, name)?.hasRow)
    addVersion(connection, run, {...withoutValue(name), timestamp: at, author, hasRow: false});
}

function runsWith(extractedData: string, name: string): RunId[] {
  if (!existsSync(extractedData)) return [];
  return readdirSync(extractedData).flatMap((fileName) => {
    const [, proposal, run] = /^p(\d+)_r(\d+)\.h5$/.exec(fileName) ?? [];
    if (run === undefined) return [];
    using file = openFile(join(extractedData, fileName), 'r', {lockTimeoutMs});
    return variablesIn(file).includes(name) ? [{proposal: Number(proposal), run: Number(run)}] : [];
  });
}
