/** The process that reads folders; see `ReaderProcess`. */
import type {RunId} from '@firstlight/core';
import {serveCalls} from '@firstlight/hdf5';
import {allSettings} from './database/settings.ts';
import {opener} from './history/open-version.ts';
import {historyCalls} from './history/reader-calls.ts';
import {Connections} from './reader/connections.ts';
import {dataKinds} from './reader/data-kinds.ts';
import {describeValue} from './reader/describe-value.ts';
import {extractValue} from './reader/extract.ts';
import {loadCells, loadPage} from './reader/load-cells.ts';
import {loadStructure} from './reader/load-structure.ts';
import {previewPng, versionPng} from './reader/preview-png.ts';
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
  readonly version?: number;
}

const openerOf = ({dir, version}: ValueArguments) => opener(connections.of(dir), version);

serveCalls({
  ...historyCalls(connections),
  ...verifyCalls(connections),
  loadStructure: (dir: string) => loadStructure(connections.of(dir)),
  loadPage: ({dir, upTo, atLeast}: {dir: string; upTo: RunId | null; atLeast?: number}) => loadPage(connections.of(dir), upTo, atLeast),
  loadCells: ({dir, run, names}: {dir: string; run: RunId; names?: readonly string[]}) => loadCells(connections.of(dir), run, names),
  dataKinds: ({dir, run}: {dir: string; run: RunId}) => dataKinds(dir, run),
  describeValue: (asked: ValueArguments) => describeValue(asked.dir, asked.run, asked.name, openerOf(asked)),
  readData: (asked: ValueArguments) => readData(asked.dir, asked.run, asked.name, {slice: asked.slice, open: openerOf(asked)}),
  fragmentDamage: (path: string) => damageOfFragment(path),
  extractValue: (asked: ValueArguments & {path: string}) => extractValue(asked.dir, asked.run, asked.name, asked.path, openerOf(asked)),
  readPreview: (asked: ValueArguments) => readPreview(asked.dir, asked.run, asked.name, openerOf(asked)),
  previewPng: ({dir, run, name, version}: ValueArguments) =>
    version === undefined ? previewPng(connections.of(dir), dir, run, name) : versionPng(connections.of(dir), dir, {run, name, version}),
  settings: (dir: string) => allSettings(connections.of(dir)),
  fragments: (dir: string) => listFragments(connections.of(dir), pathsOf(dir)),
  timeComments: (dir: string) => timeComments(connections.of(dir)),
  dataVersion: (dir: string) => Number(connections.of(dir).pragma('data_version', {simple: true})),
});
