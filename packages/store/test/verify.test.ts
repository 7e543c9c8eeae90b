import {mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {openFile} from '@firstlight/hdf5';
import Database from 'better-sqlite3';
import {expect, test} from 'vitest';
import {type Defect, type ExperimentFolder, openFolder, verifyFolder, WriterProcess, writeFragment} from '../src/index.ts';
import {leave, newFolder, run} from './folders.ts';
import {array, python, runDamnit, runPython, temporaryDirectory} from './support.ts';
import {everyKind} from './values.ts';

interface Found {
  readonly defects: readonly Defect[];
  readonly counts: {readonly values: number; readonly lost: number; readonly corrupt: number};
}

async function verified(dir: string): Promise<Found> {
  const lines = await Array.fromAsync(verifyFolder(dir));
  const {event: _, ...counts} = lines.at(-1) as unknown as {event: string; values: number; lost: number; corrupt: number};
  return {
    counts,
    defects: lines.flatMap((line) => {
      if (line.event !== 'defect') return [];
      const {event: __, ...defect} = line;
      return [defect];
    }),
  };
}

const none = {lost: 0, doubled: 0, corrupt: 0, orphaned: 0};
const noisy = array(
  'float64',
  [500],
  Float64Array.from({length: 500}, (_, i) => Math.sin(i)),
);

/** A folder with a value of every kind, and values replaced by others, by an error and by nothing. */
async function filled(): Promise<ExperimentFolder> {
  const folder = newFolder();
  for (const [name, cell] of Object.entries(everyKind)) leave(folder, name, cell);
  for (const name of ['again', 'failing', 'gone', 'bare']) leave(folder, name, {data: noisy});
  leave(folder, 'start_time', {data: 1.7e9});
  await using writer = await WriterProcess.start(folder.dir);
  await writer.merge();
  leave(folder, 'again', {data: array('float64', [3], Float64Array.of(1, 2, 3))});
  writeFragment(folder.extractedData, run, [
    {name: 'failing', outcome: {state: 'failed', errorClass: 'ValueError', message: 'no'}},
    {name: 'gone', outcome: {state: 'none'}},
  ]);
  await writer.merge();
  return folder;
}

function edit(folder: ExperimentFolder, statements: string): void {
  const database = new Database(folder.database);
  database.exec(statements);
  database.close();
}

const runFile = (folder: ExperimentFolder): string => join(folder.extractedData, 'p1234_r7.h5');

test('a folder of ours with every kind of value has no defect', async () => {
  const folder = await filled();
  const {defects, counts} = await verified(folder.dir);
  expect(defects).toEqual([]);
  expect(counts).toEqual({values: Object.keys(everyKind).length + 4, ...none});
});

test('a folder of the official damnit, with values it submitted and values we merged, has no defect', {timeout: 240_000}, async () => {
  const directory = temporaryDirectory();
  const dir = join(directory, 'folder');
  await runDamnit(['init', dir, '--proposal', '1234', '--context', join(import.meta.dirname, 'foreign-context.py')], {
    directory,
    folder: directory,
  });
  await runDamnit(['db-config', 'context_python', python], {directory, folder: dir});
  await runDamnit(['read-context'], {directory, folder: dir});
  await runDamnit(['reprocess', '7', '--mock', '--direct'], {directory, folder: dir});
  await runDamnit(['combiner', 'now', '.'], {directory, folder: dir});
  const theirs = await verified(dir);
  expect(theirs.defects).toEqual([]);
  expect(theirs.counts.values).toBeGreaterThan(10);

  const submit = (values: string): string =>
    `from damnit import submit\nimport numpy as np\ntry:\n    submit(1234, 7, ${values}, provenance="by hand", damnit_dir=${JSON.stringify(dir)}, errors={"bad": ValueError("no")})\nexcept Exception as error:\n    print(error)`;
  await runPython(['-c', submit('{"sent": 4.5, "nan": float("nan"), "line": np.arange(500.0), "f32": np.float32(0.1), "yes": True}')], {
    directory,
  });
  await runDamnit(['combiner', 'now', '.'], {directory, folder: dir});
  expect((await verified(dir)).defects).toEqual([]);
  await runPython(['-c', submit('{"sent": "now a text", "more": np.ones((30, 30)), "start_time": 1.6e9}')], {directory});
  leave(openFolder(dir), 'ours', {data: noisy});
  {
    await using writer = await WriterProcess.start(dir);
    await writer.merge();
  }
  const both = await verified(dir);
  expect(both.defects).toEqual([]);
  expect(both.counts.values).toBe(theirs.counts.values + 8);
});

const damage: Readonly<Record<string, {readonly break: (folder: ExperimentFolder) => void; readonly defects: unknown}>> = {
  'a row that is gone': {
    break: (folder) => edit(folder, "DELETE FROM run_variables WHERE name = 'again'"),
    defects: [expect.objectContaining({kind: 'orphaned', run: 7, name: 'again'})],
  },
  'a value that is gone from file and table': {
    break(folder) {
      edit(folder, "DELETE FROM run_variables WHERE name = 'again'");
      remove(folder, 'again');
    },
    defects: [
      expect.objectContaining({kind: 'lost', run: 7, name: 'again', text: 'The history has a value of which the table knows nothing.'}),
    ],
  },
  'data that is gone from the file': {
    break: (folder) => remove(folder, 'again'),
    defects: [
      expect.objectContaining({kind: 'lost', run: 7, name: 'again', text: "The table has a value of which the run's file holds nothing."}),
    ],
  },
  'only the data gone from the file': {
    break: (folder) => remove(folder, 'bare', ['']),
    defects: [expect.objectContaining({kind: 'lost', run: 7, name: 'bare', text: "Its data is not in the run's file any more."})],
  },
  'a summary that is another in the table': {
    break: (folder) => edit(folder, "UPDATE run_variables SET value = 17 WHERE name = 'integer'"),
    defects: [
      expect.objectContaining({kind: 'corrupt', run: 7, name: 'integer', text: "The table says something else than the run's file."}),
    ],
  },
  'a file that ends too early': {
    break: (folder) => truncateSync(runFile(folder), 4000),
    defects: [expect.objectContaining({kind: 'corrupt', run: 7, name: null, text: expect.stringContaining('cannot be read')})],
  },
  'no file at all': {
    break: (folder) => rmSync(runFile(folder)),
    defects: expect.arrayContaining([expect.objectContaining({kind: 'lost', run: 7, name: 'again'})]),
  },
  'a row that is there twice': {
    break: (folder) =>
      edit(folder, "DROP INDEX variable_version; INSERT INTO run_variables SELECT * FROM run_variables WHERE name = 'again'"),
    defects: [expect.objectContaining({kind: 'doubled', run: 7, name: 'again'})],
  },
  'work that nobody finished': {
    break(folder) {
      const path = join(folder.extractedData, 'p1234_r7.abcdefgh.writing.h5');
      writeFileSync(path, '');
      utimesSync(path, 1e9, 1e9);
    },
    defects: [expect.objectContaining({kind: 'orphaned', run: null, name: null})],
  },
  'kept data that is gone, and some that belongs to nothing': {
    break(folder) {
      const directory = join(folder.privateDir, 'history', 'p1234_r7');
      const kept = readdirSync(directory).find((name) => name.startsWith('again@'));
      writeFileSync(join(directory, 'nobody@1.h5'), readFileSync(join(directory, kept as string)));
      rmSync(join(directory, kept as string));
    },
    defects: [
      expect.objectContaining({kind: 'lost', run: 7, name: 'again', text: 'The kept data of its version 1 is gone.'}),
      expect.objectContaining({
        kind: 'orphaned',
        run: null,
        name: null,
        text: '.firstlight/history/p1234_r7/nobody@1.h5 belongs to no version.',
      }),
    ],
  },
};

function remove(folder: ExperimentFolder, name: string, areas: readonly string[] = ['', '.reduced', '.preview', '.errors']): void {
  using file = openFile(runFile(folder), 'r+');
  for (const area of areas) if (file.has(`${area}/${name}`)) file.delete(`${area}/${name}`);
}

test.each(Object.entries(damage))('%s is found', async (_, {break: harm, defects: expected}) => {
  const folder = await filled();
  harm(folder);
  const {defects, counts} = await verified(folder.dir);
  expect(defects).toEqual(expected);
  expect(Object.values({...counts, values: 0}).reduce((sum, count) => sum + count, 0)).toBe(defects.length);
});

test('bytes that are broken anywhere in a file never stop the verification, and are mostly found', {timeout: 240_000}, async () => {
  const folder = await filled();
  const whole = readFileSync(runFile(folder));
  let found = 0;
  for (let seed = 1; seed <= 8; seed++) {
    const bytes = Buffer.from(whole);
    bytes.fill(0xff, Math.floor((bytes.length * seed) / 10), Math.floor((bytes.length * seed) / 10) + 400);
    writeFileSync(runFile(folder), bytes);
    const {counts} = await verified(folder.dir);
    found += Number(counts.corrupt + counts.lost > 0);
  }
  expect(found).toBeGreaterThan(2);
});

test('what is being stored meanwhile is no defect', {timeout: 120_000}, async () => {
  const folder = newFolder();
  await using writer = await WriterProcess.start(folder.dir);
  const done = new AbortController();
  const writing = (async () => {
    for (let i = 0; !done.signal.aborted; i++) {
      for (let k = 0; k < 4; k++) leave(folder, `x${(i + k) % 6}`, i % 3 === 0 ? {data: noisy} : {data: i});
      await writer.merge();
    }
  })();
  try {
    for (let i = 0; i < 6; i++) expect((await verified(folder.dir)).defects).toEqual([]);
  } finally {
    done.abort();
    await writing;
  }
});

test('a value that waits to be merged is no defect, and a folder without values has none', async () => {
  const folder = newFolder();
  mkdirSync(folder.extractedData, {recursive: true});
  leave(folder, 'x', {data: 1});
  expect(await verified(folder.dir)).toEqual({defects: [], counts: {values: 0, ...none}});
});
