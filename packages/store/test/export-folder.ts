import Database from 'better-sqlite3';
import {type CellValue, type ExperimentFolder, type FragmentResult, WriterProcess, writeFragment} from '../src/index.ts';
import {newFolder} from './folders.ts';
import {array} from './support.ts';
import {everyKind} from './values.ts';

const failed: FragmentResult['outcome'] = {state: 'failed', errorClass: 'ValueError', message: 'ValueError: no beam | at all'};
const ok = (name: string, cell: CellValue): FragmentResult => ({name, outcome: {state: 'ok', cell}});
const everything = Object.entries(everyKind).map(([name, cell]) => ok(name, cell));

/** What each run of proposal 1234 has. */
const results: Readonly<Record<number, readonly FragmentResult[]>> = {
  7: [...everything, ok('mixed', {data: 5n}), ok('number_mixed', {data: 5n}), ok('start_time', {data: 1_700_000_000.123456})],
  8: [
    ok('mixed', {data: 'five, "quoted"\n'}),
    ok('number_mixed', {data: 0.1}),
    ok('integer', {data: 2n ** 60n}),
    {name: 'float', outcome: failed},
  ],
  9: [
    ok('float', {data: -0}),
    ok('bool_true', {data: false}),
    ok('text', {data: '=1+1\u0001'}),
    {name: 'integer', outcome: {...failed, errorClass: 'Skip'}},
  ],
  10: [ok('line', {data: array('float64', [4], Float64Array.of(4, 3, 2, 1))})],
};

/** A folder with every kind of value, and some that are not there: runs 7 to 10, and run 7 of a second proposal. */
export async function folderToExport(parent?: string): Promise<ExperimentFolder> {
  const folder = newFolder(parent);
  for (const [run, list] of Object.entries(results)) writeFragment(folder.extractedData, {proposal: 1234, run: Number(run)}, list);
  writeFragment(folder.extractedData, {proposal: 4321, run: 7}, [ok('float', {data: 1e300})]);
  await using writer = await WriterProcess.start(folder.dir);
  await writer.updateVariables([
    {...plain, name: 'float', title: 'Pulse energy', units: 'mJ', description: 'Mean over the train'},
    {...plain, name: 'float_whole', title: 'Pulse energy'},
  ]);
  await writer.merge();
  comment(folder, 8, 'the *good* one');
  return folder;
}

const plain = {
  trigger: 'raw',
  transient: false,
  cluster: false,
  tags: ['beam'],
  units: null,
  description: null,
  summary: null,
  needs: [],
  line: 1,
} as never as {
  name: string;
} & Parameters<WriterProcess['updateVariables']>[0][number];

/** As the official graphical interface writes one. */
export function comment({database}: ExperimentFolder, run: number, text: string): void {
  const connection = new Database(database);
  connection
    .prepare("INSERT INTO run_variables (proposal, run, name, version, value, timestamp, provenance) VALUES (?, ?, 'comment', 1, ?, ?, '')")
    .run(1234n, BigInt(run), text, 1_700_000_500.5);
  connection.close();
}
