import {execFile, execFileSync, spawn} from 'node:child_process';
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {createInterface} from 'node:readline';
import {promisify} from 'node:util';
import {Worker} from 'node:worker_threads';
import {FirstlightError} from '@firstlight/core';
import {BufferPool, hdf5Library, openFile, openHandles, setReadLimit} from '@firstlight/hdf5';
import {expect, test} from 'vitest';
import {folderForEachTest, pythonPath, runPython} from './support.ts';

const at = folderForEachTest();

function errorOf(action: () => unknown): FirstlightError {
  try {
    action();
  } catch (error) {
    if (error instanceof FirstlightError) return error;
    throw error;
  }
  return expect.fail('it did not fail');
}

/** Python that opens a file, says so, and keeps it open until its standard input ends. */
async function holding(
  path: string,
  more: string,
  {libver = 'earliest'} = {},
): Promise<AsyncDisposable & {say(line: string): Promise<string>}> {
  const script = `
import sys, h5py, numpy as np
with h5py.File(sys.argv[1], 'w', libver=sys.argv[2]) as f:
    ${more}
    print('open', flush=True)
    for line in sys.stdin:
        exec(line)
        print('done', flush=True)
`;
  const child = spawn(pythonPath, ['-c', script, path, libver], {stdio: ['pipe', 'pipe', 'inherit']});
  const ended = new Promise((resolve) => child.once('close', resolve));
  const lines = createInterface({input: child.stdout})[Symbol.asyncIterator]();
  const nextLine = async (): Promise<string> => String((await lines.next()).value);
  await nextLine();
  return {
    say(line) {
      child.stdin.write(`${line}\n`);
      return nextLine();
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await ended;
    },
  };
}

test('a file that another process writes is locked, for reading and for writing, and is not truncated', async () => {
  const path = at('locked.h5');
  await using holder = await holding(path, `f['x'] = 1; f.flush()`);
  for (const mode of ['r', 'r+', 'w'] as const) {
    const error = errorOf(() => openFile(path, mode));
    expect([mode, error.code]).toEqual([mode, 'hdf5-locked']);
    expect(error.message).toContain(path);
    expect(error.message).toContain('unable to lock file');
  }
  expect(errorOf(() => openFile(path, 'x')).code).toBe('hdf5-exists');
  expect(readFileSync(path).length).toBeGreaterThan(0);
  {
    using unlocked = openFile(path, 'r', {locking: false});
    expect(unlocked.keys()).toEqual(['x']);
  }
  expect(await holder.say('pass')).toBe('done');
});

test('waiting for a lock ends when the file is let go, or with the time given', async () => {
  const path = at('wait.h5');
  await using holder = await holding(path, `f['x'] = 1`);
  const started = performance.now();
  expect(errorOf(() => openFile(path, 'r', {lockTimeoutMs: 60})).code).toBe('hdf5-locked');
  expect(performance.now() - started).toBeGreaterThanOrEqual(60);
  // It lets go while this thread is blocked in openFile.
  await holder.say('import threading; threading.Timer(0.1, f.close).start()');
  using file = openFile(path, 'r', {lockTimeoutMs: 20_000});
  expect(file.value('x')).toBe(1n);
});

test('readers share a file, and a writer is refused while they read', () => {
  const path = at('shared.h5');
  runPython(`import sys, h5py; h5py.File(sys.argv[1], 'w')['x'] = 1`, path);
  using file = openFile(path, 'r');
  expect(runPython(`import sys, h5py; print(h5py.File(sys.argv[1], 'r')['x'][()])`, path).trim()).toBe('1');
  const python = `import sys, h5py\ntry: h5py.File(sys.argv[1], 'r+')\nexcept BlockingIOError: print('locked')`;
  expect(runPython(python, path).trim()).toBe('locked');
  expect(file.value('x')).toBe(1n);
});

test('a growing file is read while it grows (SWMR), and one that we grow is read by h5py', async () => {
  const path = at('swmr.h5');
  await using holder = await holding(
    path,
    `d = f.create_dataset('x', (1, 2), maxshape=(None, 2), chunks=(1, 2), dtype='f8'); d[0] = [1, 2]; f.swmr_mode = True`,
    {libver: 'latest'},
  );
  {
    using file = openFile(path, 'r', {swmr: true});
    using dataset = file.dataset('x');
    expect(dataset.read().data).toEqual(new Float64Array([1, 2]));
    await holder.say('d.resize((3, 2)); d[2] = [5, 6]; d.flush()');
    dataset.refresh();
    expect([dataset.shape, dataset.read([-1]).data]).toEqual([[3, 2], new Float64Array([5, 6])]);
  }
  const ours = at('ours.h5');
  using file = openFile(ours, 'w', {swmr: true});
  using dataset = file.createEmpty('x', 'float64', [0], {maxShape: [null]});
  file.startSwmrWrite();
  dataset.resize([2]);
  dataset.write({dtype: 'float64', shape: [2], data: new Float64Array([3, 4])});
  dataset.flush();
  expect(runPython(`import sys, h5py; print(h5py.File(sys.argv[1], 'r', swmr=True)['x'][()].tolist())`, ours).trim()).toBe('[3.0, 4.0]');
});

test('an error says what was tried, where, and what HDF5 says about it', () => {
  const path = at('errors.h5');
  expect(errorOf(() => openFile(at('none.h5'), 'r'))).toMatchObject({
    code: 'hdf5-no-file',
    message: `Cannot open "${at('none.h5')}" for reading: unable to open file (No such file or directory).`,
  });
  writeFileSync(at('text.h5'), 'no HDF5 here');
  expect(errorOf(() => openFile(at('text.h5'), 'r'))).toMatchObject({
    code: 'hdf5-not-hdf5',
    message: `Cannot open "${at('text.h5')}" for reading: file signature not found.`,
  });
  {
    using file = openFile(path, 'w');
    file.createDataset('g/x', {dtype: 'float64', shape: [2, 3], data: new Float64Array(6)});
    expect(errorOf(() => file.createGroup('g'))).toMatchObject({
      code: 'hdf5-exists',
      message: `Cannot make the group "g" in "/" of "${path}": name already exists.`,
    });
    expect(errorOf(() => file.delete('nothing')).code).toBe('hdf5-not-found');
    expect(errorOf(() => file.attributes.delete('nothing')).message).toContain(`the attribute "nothing" of the file "${path}"`);
  }
  writeFileSync(at('cut.h5'), readFileSync(path).subarray(0, 900));
  expect(errorOf(() => openFile(at('cut.h5'), 'r'))).toMatchObject({code: 'hdf5-truncated'});
  using file = openFile(path, 'r');
  using group = file.group('g');
  expect(errorOf(() => group.dataset('y'))).toMatchObject({
    code: 'hdf5-not-found',
    message: `Cannot open the dataset "y" in "/g" of "${path}": object 'y' doesn't exist.`,
  });
  expect(errorOf(() => file.createGroup('new'))).toMatchObject({code: 'hdf5-read-only'});
  using dataset = group.dataset('x');
  expect(errorOf(() => dataset.read([2])).message).toBe('Index 2 is outside dimension 0, which has length 2.');
  expect(errorOf(() => dataset.read([null, null, 0])).message).toBe('The selection has 3 dimensions, the data only 2 (shape [2, 3]).');
  expect(errorOf(() => dataset.read([{step: 0}])).code).toBe('hdf5-selection');
  expect(errorOf(() => dataset.read([], {into: new Float32Array(6)})).message).toContain('do not fit the given Float32Array of 6');
});

test('data behind a filter that is not installed says how to get it', () => {
  const path = at('filter.h5');
  const script = `import sys, h5py, hdf5plugin, numpy as np
with h5py.File(sys.argv[1], 'w') as f: f.create_dataset('x', data=np.zeros(10000), chunks=(5000,), **hdf5plugin.Blosc())`;
  runPython(script, path);
  const bytes = readFileSync(path);
  // The filter's number, 32001, becomes one that nobody has.
  bytes[bytes.indexOf(Buffer.from([0x01, 0x7d]))] = 0xff;
  writeFileSync(path, bytes);
  using file = openFile(path, 'r');
  const error = errorOf(() => file.read('x'));
  expect(error.code).toBe('hdf5-filter');
  expect(error.message).toMatch(/: required filter 'blosc' is not registered; install it with "pip install hdf5plugin"/);
});

test('a full disk is an error when data is written, or at the latest when the file is closed, and lets go of the file', () => {
  const script = `
import {openFile, openHandles} from ${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)};
const attempts = {
  big: (file) => file.createDataset('x', {dtype: 'float64', shape: [1e6], data: new Float64Array(1e6).fill(1)}),
  chunked: (file) => file.createDataset('x', {dtype: 'float64', shape: [1e6], data: new Float64Array(1e6).fill(1)}, {chunks: [1e5]}),
  many: (file) => { for (let i = 0; i < 3000; i++) file.createDataset('d' + i, {dtype: 'float64', shape: [100], data: new Float64Array(100)}); },
};
for (const [name, attempt] of Object.entries(attempts)) {
  let code = 'no error';
  try { using file = openFile(process.argv[1], 'w'); attempt(file); } catch (error) { code = error.code; }
  { using file = openFile(process.argv[1], 'w'); }
  console.log(name, code, openHandles().length);
}`;
  // Files may have at most 1 MB there, which is as good as a full disk; Node would otherwise be ended by the signal.
  const shell = `ulimit -f 1000; trap '' XFSZ; exec "$0" --input-type=module -e "$1" "$2"`;
  const printed = execFileSync('bash', ['-c', shell, process.execPath, script, at('full.h5')], {encoding: 'utf8'});
  expect(printed.trim().split('\n')).toEqual(['big disk-full 0', 'chunked disk-full 0', 'many disk-full 0']);
});

test('closing a file closes what was opened through it; a closed thing says so', () => {
  const file = openFile(at('closing.h5'), 'w');
  const dataset = file.createDataset('g/x', 1);
  const group = file.group('g');
  expect(openHandles()).toEqual([
    `file "${at('closing.h5')}"`,
    `dataset "/g/x" of "${at('closing.h5')}"`,
    `group "/g" of "${at('closing.h5')}"`,
  ]);
  file[Symbol.dispose]();
  expect(openHandles()).toEqual([]);
  expect(errorOf(() => dataset.read()).message).toBe(
    `The dataset "/g/x" of "${at('closing.h5')}" is closed already; open it again to use it.`,
  );
  expect(errorOf(() => group.keys()).code).toBe('hdf5-closed');
  dataset[Symbol.dispose]();
  file[Symbol.dispose]();
});

test('reads go into the array given or one of a pool, which is used again', () => {
  using file = openFile(at('into.h5'), 'w');
  using dataset = file.createDataset('x', {dtype: 'float64', shape: [4], data: new Float64Array([1, 2, 3, 4])});
  const into = new Float64Array(6);
  expect(dataset.read([], {into}).data).toEqual(new Float64Array([1, 2, 3, 4]));
  expect(into).toEqual(new Float64Array([1, 2, 3, 4, 0, 0]));
  const pool = new BufferPool();
  const first = dataset.read([], {into: pool});
  pool.give(first.data);
  const second = dataset.read([{start: 1}], {into: pool});
  expect([second.data, (second.data as Float64Array).buffer === (first.data as Float64Array).buffer]).toEqual([
    new Float64Array([2, 3, 4]),
    true,
  ]);
});

test('a read that would take more memory than allowed is refused before it starts', () => {
  using file = openFile(at('huge.h5'), 'w');
  using dataset = file.createEmpty('x', 'float64', [1_000_000, 1_000_000], {chunks: [1000, 1000]});
  const error = errorOf(() => dataset.read());
  expect([error.code, error.message.startsWith('Reading dataset "/x" of "')]).toEqual(['hdf5-too-large', true]);
  expect(dataset.read([999_999, {start: 999_998}]).data).toEqual(new Float64Array(2));
  const previous = setReadLimit(8);
  expect(errorOf(() => dataset.read([0, {stop: 2}])).code).toBe('hdf5-too-large');
  setReadLimit(previous);
});

test('a second thread of the process is refused with a sentence', async () => {
  hdf5Library();
  const source = `
import {parentPort} from 'node:worker_threads';
import {openFile} from ${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)};
try { openFile('/nowhere', 'r'); } catch (error) { parentPort.postMessage([error.code, error.message]); }`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`));
  const [code, message] = await new Promise<string[]>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  await worker.terminate();
  expect(code).toBe('hdf5-thread');
  expect(message).toContain('in use by thread 0');
});

test('without a library the error says how to get one', async () => {
  const script = `import {openFile} from ${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)}; try { openFile('x', 'r') } catch (error) { console.log(error.code + ' ' + error.message) }`;
  const run = (library: string) =>
    promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {env: {...process.env, FIRSTLIGHT_LIBHDF5: library}});
  const {stdout} = await run('/nowhere/libhdf5.so');
  expect(stdout).toMatch(
    /^hdf5-library FIRSTLIGHT_LIBHDF5 names "\/nowhere\/libhdf5.so", which cannot be used .* Get one with "npm run setup"/,
  );
  expect(existsSync(hdf5Library().path)).toBe(true);
  expect((await run(hdf5Library().path)).stdout).toMatch(/^hdf5-no-file /);
});
