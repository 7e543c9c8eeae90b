import {execFile} from 'node:child_process';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {createFolder, openFolder, type Value, WriterProcess, writeFragment} from '@firstlight/store';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {declaration} from '../src/declaration.ts';
import {firstlight} from './command.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const line = {dtype: 'float64', shape: [2], data: Float64Array.of(1, 2)} as const;

const values: Readonly<Record<string, Value>> = {
  'xgm.energy': 9.25,
  trains: 3n,
  huge: 2n ** 63n - 1n,
  flag: true,
  name: 'a',
  phase: {re: 1, im: 2},
  spectrum: line,
  curve: {kind: 'DataArray', dims: ['x'], coords: {}, attrs: {}, array: line},
  both: {kind: 'Dataset', variables: {a: {dims: ['x'], attrs: {}, array: line}}, coords: {}, attrs: {}},
  figure: {kind: 'plotly', json: '{"data":[]}'},
  camera: {kind: 'image', rgba: new Uint8Array(16), width: 2, height: 2},
};

let directory: string;
let folder: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'firstlight-types-'));
  folder = join(directory, 'folder');
  createFolder(folder, {proposal: 1234, contextPython: 'python3'});
  const {extractedData} = openFolder(folder);
  const results = Object.entries(values).map(([name, data]) => ({name, outcome: {state: 'ok', cell: {data}} as const}));
  writeFragment(extractedData, {proposal: 1234, run: 1}, results);
  writeFragment(extractedData, {proposal: 1234, run: 2}, [
    ...results.filter(({name}) => name !== 'curve' && name !== 'spectrum'),
    {name: 'spectrum', outcome: {state: 'ok', cell: {data: 'too weak'}}},
    {name: 'never', outcome: {state: 'failed', errorClass: 'ValueError', message: 'no beam'}},
  ]);
  await using writer = await WriterProcess.start(folder);
  await writer.merge();
});

afterAll(() => rm(directory, {recursive: true, force: true}));

/** What the compiler says of a program beside the declaration. */
async function compiled(program: string): Promise<string> {
  const {stdout} = await firstlight(['types', '--folder', folder]);
  await writeFile(join(directory, 'experiment.d.ts'), stdout);
  await writeFile(join(directory, 'program.ts'), program);
  await writeFile(join(directory, 'package.json'), '{"type": "module"}');
  const compilerOptions = {
    target: 'ES2024',
    lib: ['ESNext', 'DOM', 'DOM.Iterable'],
    module: 'NodeNext',
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    types: [],
    paths: {'@firstlight/client': [join(root, 'packages/client/src/index.ts')]},
  };
  await writeFile(join(directory, 'tsconfig.json'), JSON.stringify({compilerOptions, files: ['program.ts', 'experiment.d.ts']}));
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  return new Promise((resolve) => {
    execFile(process.execPath, [compiler, '-p', directory, '--pretty', 'false'], (_error, said) => resolve(said.trim()));
  });
}

const head = `
import {open} from '@firstlight/client';
import type {DataArray, Dataset, Figure, NDArray, Picture, Complex, Value} from '@firstlight/client';
import type {Experiment} from './experiment.d.ts';
const experiment = await open<Experiment>('http://127.0.0.1:8080');
`;

test('each variable is declared with what it gives, null where a run has none', async () => {
  const program = `${head}
    const energy: number = await experiment.read(7, 'xgm.energy');
    const trains: number = await experiment.read(7, 'trains');
    const huge: number | bigint = await experiment.read(7, 'huge');
    const flag: boolean = await experiment.read(7, 'flag');
    const name: string = await experiment.read(7, 'name');
    const phase: Complex = await experiment.read(7, 'phase');
    const spectrum: NDArray | string = await experiment.read(7, 'spectrum');
    const curve: number | undefined = (await experiment.read(7, 'curve'))?.mean().item();
    const both: Dataset = await experiment.read(7, 'both');
    const figure: Figure = await experiment.read(7, 'figure');
    const camera: Picture = await experiment.read(7, 'camera');
    const never: Value = await experiment.read(7, 'never');
    export const all = [energy, trains, huge, flag, name, phase, spectrum, curve, both, figure, camera, never];
  `;
  expect(await compiled(program)).toBe('');
});

test('a wrong name, a wrong type and a forgotten null do not compile', async () => {
  const wrong = [
    "await experiment.read(7, 'xgm.enrgy');",
    "await experiment.value(7, 'nope');",
    "export const text: string = await experiment.read(7, 'xgm.energy');",
    "export const curve: DataArray = await experiment.read(7, 'curve');",
  ];
  const said = (await compiled(head + wrong.join('\n'))).split('\n').filter((text) => text.includes('error TS'));
  expect(said).toEqual([
    expect.stringContaining(`'"xgm.enrgy"' is not assignable`),
    expect.stringContaining(`'"nope"' is not assignable`),
    expect.stringContaining(`'number' is not assignable to type 'string'`),
    expect.stringContaining("DataArray | null' is not assignable"),
  ]);
});

test('as JSON it is one line for each variable', async () => {
  const {lines} = await firstlight(['types', '--folder', folder, '--json']);
  expect(lines.find(({name}) => name === 'curve')).toEqual({
    name: 'curve',
    title: 'curve',
    units: null,
    description: null,
    types: ['DataArray'],
    optional: true,
  });
});

test('titles, units and descriptions become doc comments, whatever they hold', () => {
  const variable = {
    name: "it's",
    title: 'Pulse energy',
    units: 'mJ',
    description: 'Mean.\n*/ evil',
    types: ['number'],
    optional: false,
  } as const;
  expect(
    declaration('p1234', [variable]),
  ).toBe(`// What the variables of p1234 give. Made by \`firstlight types\`; make it again when they change.

/** By name; null: some run has none. For \`open<Experiment>(…)\`. */
export interface Experiment {
  /**
   * Pulse energy (mJ)
   *
   * Mean.
   * *\\/ evil
   */
  readonly 'it\\'s': number;
}
`);
});
