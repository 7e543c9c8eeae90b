import {type Cell, FirstlightError, type RunId, sizeOf, summaryToJson} from '@firstlight/core';
import {
  cellOfVersion,
  cellsOf,
  type LoadedTable,
  openFolder,
  ReaderProcess,
  type ReadValue,
  type TableStructure,
  versionIn,
  type VersionPlace,
} from '@firstlight/store';
import {chooseFolder} from '../folder.ts';
import {marks, type Output, outputFor} from '../output.ts';
import {causeOf, valueText} from '../summary-text.ts';
import {textTable} from '../text-table.ts';
import {dataText} from '../value-text.ts';

interface ShowOptions {
  folder?: string;
  version?: number;
  proposal?: number;
  json?: boolean;
}

const mostElementsPrinted = 1000;

/** Shows the table, one run, or one value (its newest version, or another); reads the folder, whoever owns it. */
export async function show(run: number | undefined, name: string | undefined, options: ShowOptions): Promise<void> {
  const {version} = options;
  if (version !== undefined && name === undefined) throw new FirstlightError('usage', 'Say of which value: show RUN NAME --version N.');
  const output = outputFor(options);
  const dir = openFolder(chooseFolder(options.folder)).dir;
  await using reader = await ReaderProcess.start();
  if (run === undefined) {
    const table = await reader.loadTable(dir);
    return showTable(ofProposal(table, options.proposal), [...cellsOf(table, pictureName)], output);
  }
  const table = await reader.loadStructure(dir);
  const id = findRun(table, run, options.proposal);
  const ofRun = [...cellsOf(await reader.loadCells(dir, id), pictureName)];
  if (name === undefined) return showRun(table, ofRun, output);
  if (version !== undefined)
    return await showVersion(reader, dir, {run: id, name: cellNamed(ofRun, name, table)?.name ?? name, version}, output);
  await showValue(output, findCell(ofRun, id, name, table), (cell) => readIfAny(reader, dir, cell));
}

const pictureName = (id: RunId, variable: string): string => `p${id.proposal}/r${id.run}/${variable}.png`;

function findRun({runs}: TableStructure, run: number, proposal: number | undefined): RunId {
  const found = runs.filter((row) => row.run === run && (proposal === undefined || row.proposal === proposal));
  const [first, second] = found;
  if (first && !second) return first;
  if (second) {
    const proposals = found.map((row) => row.proposal).join(' and ');
    throw new FirstlightError('which-run', `There is a run ${run} in proposals ${proposals}; say which with --proposal N.`);
  }
  const known = ofProposal({runs}, proposal).runs.map((row) => row.run);
  const range = known.length ? `runs ${Math.min(...known)} to ${Math.max(...known)}` : 'no runs yet';
  const of = proposal === undefined ? '' : ` of proposal ${proposal}`;
  throw new FirstlightError('no-such-run', `There is no run ${run}${of} in this folder; it holds ${range}.`);
}

/** Only the runs of a proposal. Throws `no-such-run` when there are none. */
function ofProposal<T extends Pick<TableStructure, 'runs'>>(table: T, proposal: number | undefined): T {
  if (proposal === undefined) return table;
  const runs = table.runs.filter((row) => row.proposal === proposal);
  if (runs.length > 0) return {...table, runs};
  const known = [...new Set(table.runs.map((row) => row.proposal))].join(', ') || 'none';
  throw new FirstlightError('no-such-run', `There are no runs of proposal ${proposal} in this folder (proposals: ${known}).`);
}

/** The cell of a variable, by its name or its title. */
function cellNamed(cells: readonly Cell[], name: string, {variables}: TableStructure): Cell | undefined {
  const wanted = [name, variables.find((variable) => variable.title === name)?.name];
  return wanted.flatMap((named) => cells.find((one) => one.name === named) ?? []).at(0);
}

function findCell(cells: readonly Cell[], {run}: RunId, name: string, table: TableStructure): Cell {
  const cell = cellNamed(cells, name, table);
  if (cell) return cell;
  const names = cells.map((one) => one.name).join(', ') || 'none';
  throw new FirstlightError('no-such-value', `Run ${run} has no value of "${name}"; it has: ${names}.`);
}

/** A cell as the JSON of every interface: state, summary, message. */
const asJson = ({proposal, run, name, state, summary, message, attributes}: Cell) => ({
  proposal,
  run,
  name,
  state,
  summary: isPicture(summary) ? {image: true} : summaryToJson(summary),
  message,
  ...(attributes?.units && {units: attributes.units}),
  ...(attributes?.uncertainty !== undefined && {uncertainty: attributes.uncertainty}),
});

/** A picture has no address without a server; `--json` says that there is one. */
const isPicture = (summary: Cell['summary']): boolean => typeof summary === 'object' && summary !== null && 'image' in summary;

const cellText = ({name, state, summary, attributes, message}: Cell): string => {
  if (state === 'ok') return valueText(name, summaryToJson(summary), attributes ?? {});
  return message ? `${marks[state]} ${causeOf(message)}` : marks[state];
};

function showTable({variables, runs}: LoadedTable, cells: readonly Cell[], output: Output): void {
  if (output.json) {
    const byRun = Map.groupBy(cells, ({proposal, run}) => `${proposal}:${run}`);
    for (const {proposal, run, startTime} of runs) {
      const values = Object.fromEntries((byRun.get(`${proposal}:${run}`) ?? []).map((cell) => [cell.name, asJson(cell)]));
      output.result({proposal, run, startTime, values});
    }
    return;
  }
  if (runs.length === 0)
    return output.result({}, 'No runs yet; `firstlight process RUNS` computes some, `firstlight serve` watches for new ones.');
  const texts = new Map(cells.map((cell) => [`${cell.proposal}:${cell.run}:${cell.name}`, cellText(cell)]));
  const areSeveral = new Set(runs.map(({proposal}) => proposal)).size > 1;
  const header = [...(areSeveral ? ['proposal'] : []), 'run', ...variables.map(({title, name}) => title || name)];
  const rows = runs.map(({proposal, run}) => [
    ...(areSeveral ? [String(proposal)] : []),
    String(run),
    ...variables.map(({name}) => texts.get(`${proposal}:${run}:${name}`) ?? ''),
  ]);
  output.result({}, textTable(header, rows));
}

function showRun({variables}: TableStructure, cells: readonly Cell[], output: Output): void {
  if (output.json) {
    for (const cell of cells) output.result(asJson(cell));
    return;
  }
  const titles = new Map(variables.map(({name, title}) => [name, title]));
  output.result(
    {},
    textTable(
      ['variable', 'name', 'value'],
      cells.map((cell) => [titles.get(cell.name) ?? '', cell.name, cellText(cell)]),
    ),
  );
}

async function showValue(output: Output, cell: Cell, read: (cell: Cell) => Promise<ReadValue | undefined>): Promise<void> {
  const data = cell.state === 'ok' ? await read(cell) : undefined;
  output.result(
    {...asJson(cell), ...(data && dataJson(data))},
    [cell.message ?? cellText(cell), ...(data ? [dataText(data)] : [])].join('\n'),
  );
}

/** Of a version whose data is not kept any more, that is the answer. */
async function showVersion(reader: ReaderProcess, dir: string, place: VersionPlace, output: Output): Promise<void> {
  const {run, name, version} = place;
  const entry = versionIn(await reader.history(dir, run, name), place);
  const read = entry.hasData ? readIfAny : readAll;
  await showValue(output, cellOfVersion(entry, ''), (cell) => read(reader, dir, cell, version));
}

const readAll = (reader: ReaderProcess, dir: string, cell: Cell, version?: number): Promise<ReadValue> =>
  reader.readData(dir, cell, cell.name, {version});

async function readIfAny(...asked: Parameters<typeof readAll>): Promise<ReadValue | undefined> {
  try {
    return await readAll(...asked);
  } catch (error) {
    if (error instanceof FirstlightError && error.code === 'no-value') return undefined; // a summary without data
    throw error;
  }
}

/** A value's data for scripts: small arrays whole, of others what they are. */
function dataJson(value: ReadValue): object {
  if (value.kind === 'text') return {kind: value.kind, data: value.text};
  if (value.kind === 'plotly') return {kind: value.kind, data: JSON.parse(value.figure)};
  if (value.kind === 'Dataset') return {kind: value.kind, variables: Object.keys(value.variables)};
  const {dtype, shape, data} = value.array;
  const elements =
    sizeOf(shape) <= mostElementsPrinted && value.kind !== 'image' ? {data: Array.from(data as ArrayLike<unknown>, plainNumber)} : {};
  return {kind: value.kind, dtype, shape, ...(value.kind === 'DataArray' && {dims: value.dims}), ...elements};
}

const plainNumber = (element: unknown): unknown =>
  typeof element === 'bigint' || typeof element === 'number' ? summaryToJson(element) : element;
