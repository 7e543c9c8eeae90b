import type {RunId} from '@firstlight/core';
import type {Connections} from '../reader/connections.ts';
import type {Slice} from '../reader/read-value.ts';
import {compareData} from './compare-data.ts';
import {knownCode, knownContext} from './known.ts';
import {readHistory} from './read-history.ts';
import {readOrigins} from './read-origins.ts';
import {readVersion} from './read-version.ts';

interface CellArguments {
  readonly dir: string;
  readonly run: RunId;
  readonly name: string;
}

/** What the reader's process can tell of versions and origins. */
export const historyCalls = (connections: Connections) => ({
  history: ({dir, run, name}: CellArguments) => readHistory(connections.of(dir), run, name),
  origins: (dir: string) => readOrigins(connections.of(dir)),
  readVersion: ({dir, ...rest}: CellArguments & {version: number; slice?: Slice}) => readVersion(connections.of(dir), dir, rest),
  compareData: ({dir, ...rest}: CellArguments & {a: number; b: number}) => compareData(connections.of(dir), dir, rest),
  source: ({dir, code}: {dir: string; code: string}) => knownCode(connections.of(dir), code),
  contextVersion: ({dir, context}: {dir: string; context: string}) => knownContext(connections.of(dir), context),
});
