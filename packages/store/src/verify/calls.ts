import type {RunId} from '@firstlight/core';
import {pathsOf} from '../folder/layout.ts';
import type {Connections} from '../reader/connections.ts';
import {checkFolder, checkKept} from './check-folder.ts';
import {checkRun, namesOfRun} from './check-run.ts';

/** What the reader's process does for a verification. */
export const verifyCalls = (connections: Connections) => ({
  checkFolder: (dir: string) => checkFolder(connections.of(dir), pathsOf(dir)),
  checkKept: (dir: string) => checkKept(connections.of(dir), pathsOf(dir)),
  checkRun: ({dir, run, names}: {dir: string; run: RunId; names?: readonly string[]}) =>
    checkRun(connections.of(dir), pathsOf(dir), run, names),
  namesOfRun: ({dir, run}: {dir: string; run: RunId}) => namesOfRun(connections.of(dir), pathsOf(dir), run),
});
