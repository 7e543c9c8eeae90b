import {accessSync, constants, existsSync} from 'node:fs';
import {FirstlightError} from '@firstlight/core';
import {formatVersion, openToRead, refusal} from '../database/connection.ts';
import {isForbidden} from './errors.ts';
import {type ContextLanguage, contextOf, type FolderPaths, pathsOf} from './layout.ts';

/** An experiment folder that exists and can at least be read. */
export interface ExperimentFolder extends FolderPaths {
  readonly contextPath: string;
  readonly language: ContextLanguage;
  readonly formatVersion: number;
  /** Why nothing can be written here (a newer format, a missing permission), or undefined when everything can. */
  readonly readOnly: FirstlightError | undefined;
}

/**
 * Looks at an experiment folder without changing anything in it.
 *
 * Throws `no-folder`, `no-permission` (not even readable), `damaged-folder` or `ancient-folder` (format 0); `newer-folder` and a missing permission to
 * write are told by `readOnly` instead, because such a folder can still be shown.
 */
export function openFolder(dir: string): ExperimentFolder {
  const paths = pathsOf(dir);
  const version = versionIn(paths);
  const refused = refusal(version, paths.database);
  if (refused?.code === 'ancient-folder') throw refused;
  return {...paths, ...contextOf(dir), formatVersion: version, readOnly: refused ?? unwritable(paths)};
}

function versionIn({dir, database}: FolderPaths): number {
  if (!mayAccess(dir, constants.R_OK | constants.X_OK) && existsSync(dir)) throw unreadable(dir);
  if (!existsSync(database)) {
    throw new FirstlightError('no-folder', `${dir} is not an experiment folder (there is no runs.sqlite); \`firstlight init\` makes one.`, {
      facts: {dir},
    });
  }
  if (!mayAccess(database, constants.R_OK)) throw unreadable(database);
  const connection = openToRead(database);
  try {
    return formatVersion(connection, database);
  } catch (error) {
    throw isForbidden(error) ? unreadable(database) : error;
  } finally {
    connection.close();
  }
}

function unwritable(paths: FolderPaths): FirstlightError | undefined {
  const closed = [paths.dir, paths.database, paths.extractedData].find((path) => existsSync(path) && !mayAccess(path, constants.W_OK));
  if (!closed) return undefined;
  const sentence = `${closed} cannot be written by this account, so the folder can only be looked at; ask its owner for permission.`;
  return new FirstlightError('no-permission', sentence, {facts: {path: closed}});
}

function mayAccess(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false; // which is the answer, whatever the system calls it
  }
}

const unreadable = (path: string): FirstlightError =>
  new FirstlightError('no-permission', `${path} cannot be read by this account; ask its owner for permission.`, {facts: {path}});
