/** The process that reads folders; see `ReaderProcess`. */
import type {RunId} from '@firstlight/core';
import {serveCalls} from '@firstlight/hdf5';
import {allSettings} from './database/settings.ts';
import {historyCalls} from './history/reader-calls.ts';
import {Connections} from './reader/connections.ts';
import {dataKinds} from './reader/data-kinds.ts';
import {describeValue} from './reader/describe-value.ts';
import {extractValue} from './reader/extract.ts';
import {loadCells, loadPage} from './reader/load-cells.ts';
import {loadStructure} from './reader/load-structure.ts';
import {previewPng} from './reader/preview-png.ts';
import {readData, readPreview, type Slice} from './reader/read-value.ts';
import {damageOfFragment} from './merge/damage.ts';
import {pathsOf} from './folder/layout.ts';
import {listFragments} from './reader/list-fragments.ts';
import {timeComments} from './edits/time-comments.ts';
import {verifyCalls} from './verify/calls.ts';

const connections = new Connections();

interface ValueArguments {
  readonly dir: string;
  readonly run: RunId;
  readonly name: string;
  readonly slice?: Slice;
}

serveCalls({
  ...historyCalls(connections),
  ...verifyCalls(connections),
  loadStructure: (dir: string) => loadStructure(connections.of(dir)),
  loadPage: ({dir, upTo, atLeast}: {dir: string; upTo: RunId | null; atLeast?: number}) => loadPage(connections.of(dir), upTo, atLeast),
  loadCells: ({dir, run, names}: {dir: string; run: RunId; names?: readonly string[]}) => loadCells(connections.of(dir), run, names),
  dataKinds: ({dir, run}: {dir: string; run: RunId}) => dataKinds(dir, run),
  describeValue: ({dir, run, name}: ValueArguments) => describeValue(dir, run, name),
  readData: ({dir, run, name, slice}: ValueArguments) => readData(dir, run, name, slice ? {slice} : {}),
  fragmentDamage: (path: string) => damageOfFragment(path),
  extractValue: ({dir, run, name, path}: ValueArguments & {path: string}) => extractValue(dir, run, name, path),
  readPreview: ({dir, run, name}: ValueArguments) => readPreview(dir, run, name),
  previewPng: ({dir, run, name}: ValueArguments) => previewPng(connections.of(dir), dir, run, name),
  settings: (dir: string) => allSettings(connections.of(dir)),
  fragments: (dir: string) => listFragments(connections.of(dir), pathsOf(dir)),
  timeComments: (dir: string) => timeComments(connections.of(dir)),
  dataVersion: (dir: string) => Number(connections.of(dir).pragma('data_version', {simple: true})),
});
