import {type Cell, FirstlightError, type RunId, sizeOf, summaryToJson} from '@firstlight/core';
import {cellsOf, type LoadedTable, openFolder, ReaderProcess, type ReadValue, type TableStructure} from '@firstlight/store';
import {chooseFolder} from '../folder.ts';
import {marks, type Output, outputFor} from '../output.ts';
import {causeOf, valueText} from '../summary-text.ts';
import {textTable} from '../text-table.ts';
import {dataText} from '../value-text.ts';

interface ShowOptions {
  folder?: string;
  proposal?: number;
  json?: boolean;
}

const mostElementsPrinted = 1000;

/** Shows the table, one run, or one value; reads the folder, whoever owns it. */
export async function show(run: number | undefined, name: string | undefined, options: ShowOptions): Promise<void> {
  const output = outputFor(options);
  const dir = openFolder(chooseFolder(options.folder)).dir;
  await using reader = await ReaderProcess.start();
  if (run === undefined) {
    const table = await reader.loadTable(dir);
    return showTable(table, [...cellsOf(table, pictureName)], output);
  }
  const table = await reader.loadStructure(dir);
  const id = findRun(table, run, options.proposal);
  const ofRun = [...cellsOf(await reader.loadCells(dir, id), pictureName)];
  if (name === undefined) return showRun(table, ofRun, output);
  await showValue(reader, dir, findCell(ofRun, id, name, table), output);
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
  const known = runs.map((row) => row.run);
  const range = known.length ? `runs ${Math.min(...known)} to ${Math.max(...known)}` : 'no runs yet';
  throw new FirstlightError('no-such-run', `There is no run ${run} in this folder; it holds ${range}.`);
}

function findCell(cells: readonly Cell[], {run}: RunId, name: string, {variables}: TableStructure): Cell {
  const wanted = [name, variables.find((variable) => variable.title === name)?.name];
  const cell = wanted.flatMap((named) => cells.find((one) => one.name === named) ?? []).at(0);
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
});

/** A picture has no address without a server; `--json` says that there is one. */
const isPicture = (summary: Cell['summary']): boolean => typeof summary === 'object' && summary !== null && 'image' in summary;

const cellText = ({name, state, summary, attributes, message}: Cell): string => {
  if (state === 'ok') return valueText(name, summaryToJson(summary), attributes?.units);
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
  const header = ['run', ...variables.map(({title, name}) => title || name)];
  const rows = runs.map(({proposal, run}) => [String(run), ...variables.map(({name}) => texts.get(`${proposal}:${run}:${name}`) ?? '')]);
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

async function showValue(reader: ReaderProcess, dir: string, cell: Cell, output: Output): Promise<void> {
  const data = cell.state === 'ok' ? await readIfAny(reader, dir, cell) : undefined;
  output.result(
    {...asJson(cell), ...(data && dataJson(data))},
    [cell.message ?? cellText(cell), ...(data ? [dataText(data)] : [])].join('\n'),
  );
}

async function readIfAny(reader: ReaderProcess, dir: string, cell: Cell): Promise<ReadValue | undefined> {
  try {
    return await reader.readData(dir, cell, cell.name);
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
