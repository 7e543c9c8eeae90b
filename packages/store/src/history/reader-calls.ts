import type {RunId} from '@firstlight/core';
import type {Connections} from '../reader/connections.ts';
import {compareData} from './compare-data.ts';
import {knownCode, knownContext} from './known.ts';
import {readHistory} from './read-history.ts';
import {readOrigins} from './read-origins.ts';

interface CellArguments {
  readonly dir: string;
  readonly run: RunId;
  readonly name: string;
}

/** What the reader's process can tell of versions and origins. */
export const historyCalls = (connections: Connections) => ({
  history: ({dir, run, name}: CellArguments) => readHistory(connections.of(dir), run, name),
  origins: (dir: string) => readOrigins(connections.of(dir)),
  compareData: ({dir, ...rest}: CellArguments & {a: number; b: number}) => compareData(connections.of(dir), dir, rest),
  source: ({dir, code}: {dir: string; code: string}) => knownCode(connections.of(dir), code),
  contextVersion: ({dir, context}: {dir: string; context: string}) => knownContext(connections.of(dir), context),
});
