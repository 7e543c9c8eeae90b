import {randomBytes} from 'node:crypto';
import {existsSync, renameSync, rmSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {FirstlightError} from '@firstlight/core';
import {createDatabase} from '../database/connection.ts';
import {storeSetting} from '../database/settings.ts';
import {makeDirectory, writeFileDurably} from './durable.ts';
import {explaining} from './errors.ts';
import {type ContextLanguage, type FolderPaths, pathsOf} from './layout.ts';
import {openToAll} from './modes.ts';
import {type ContextTemplate, templateText} from './templates.ts';

export interface CreateOptions {
  readonly proposal: number;
  /** The interpreter that runs `context.py`; must work on this machine. */
  readonly contextPython: string;
  /** Directory that holds INSTRUMENT/CYCLE/pNNNNNN; without it the facility's own is used. */
  readonly dataRoot?: string;
  readonly language?: ContextLanguage;
  /** What the context starts with; default: `example`. */
  readonly template?: ContextTemplate;
}

const concurrentJobs = 15n; // DAMNIT's own default

/**
 * Makes an experiment folder in DAMNIT's layout, with a commented context to begin with; a context file that is there already is kept.
 *
 * Throws `folder-exists`, `disk-full` or `no-permission`; the folder appears as a whole: its database is put into place last.
 *
 * @example
 * createFolder('/tmp/beamtime', {proposal: 1234, contextPython: '/usr/bin/python3'});
 */
export function createFolder(dir: string, options: CreateOptions): void {
  const paths = pathsOf(dir);
  if (existsSync(paths.database)) {
    throw new FirstlightError('folder-exists', `${paths.dir} is an experiment folder already; use it, or choose another directory.`, {
      facts: {dir: paths.dir},
    });
  }
  explaining(paths.dir, () => {
    for (const path of [paths.dir, paths.extractedData, paths.processLogs, join(paths.dir, '.tmp'), paths.privateDir]) makeDirectory(path);
    writeContext(paths, options.language ?? 'python', options.template ?? 'example');
    putDatabase(paths, options);
  });
}

function writeContext({dir}: FolderPaths, language: ContextLanguage, template: ContextTemplate): void {
  const fileName = language === 'python' ? 'context.py' : 'context.ts';
  if (existsSync(join(dir, 'context.py')) || existsSync(join(dir, fileName))) return;
  writeFileDurably(join(dir, fileName), templateText(template, language));
}

function putDatabase(paths: FolderPaths, {proposal, contextPython, dataRoot}: CreateOptions): void {
  const beside = join(paths.dir, `.runs.sqlite.${process.pid}.new`);
  rmSync(beside, {force: true});
  try {
    const connection = createDatabase(beside);
    storeSetting(connection, 'damnit_python', contextPython);
    storeSetting(connection, 'concurrent_jobs', concurrentJobs);
    storeSetting(connection, 'db_id', randomBytes(20).toString('hex'));
    storeSetting(connection, 'proposal', BigInt(proposal));
    storeSetting(connection, 'context_python', contextPython);
    if (dataRoot !== undefined) storeSetting(connection, 'data_root', resolve(dataRoot));
    connection.close();
    openToAll(beside);
    renameSync(beside, paths.database); // SQLite has synced it
  } finally {
    rmSync(beside, {force: true});
  }
}
