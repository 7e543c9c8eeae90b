import {existsSync, readFileSync} from 'node:fs';
import type {NDArray} from '@firstlight/core';
import {openFile} from '@firstlight/hdf5';
import type {CreateOptions, H5File, Storable} from '@firstlight/hdf5';
import {expect, test} from 'vitest';
import {folderForEachTest, runPython} from './support.ts';

const at = folderForEachTest();

/** Writes a file with `write`, then gives what h5py makes of each expression over `f`. */
function seenByH5py(write: (file: H5File) => void, expressions: Record<string, string>): Record<string, unknown> {
  const path = at('to-h5py.h5');
  {
    using file = openFile(path, 'w');
    write(file);
  }
  const script = `
import sys, json, h5py, numpy as np
def plain(x):
    if isinstance(x, (np.ndarray, np.generic)): return plain(x.tolist())
    if isinstance(x, bytes): return {'bytes': x.decode('latin1')}
    if isinstance(x, complex): return [plain(x.real), plain(x.imag)]
    if isinstance(x, float) and (x != x or abs(x) == float('inf')): return str(x)
    if isinstance(x, (list, tuple)): return [plain(y) for y in x]
    if isinstance(x, (np.dtype, h5py.Empty)): return repr(x)
    if isinstance(x, int) and abs(x) > 2**53: return str(x)
    return x
with h5py.File(sys.argv[1]) as f: print(json.dumps({k: plain(eval(v)) for k, v in json.loads(sys.argv[2]).items()}))`;
  return JSON.parse(runPython(script, path, JSON.stringify(expressions))) as Record<string, unknown>;
}

const array = (dtype: NDArray['dtype'], shape: number[], data: NDArray['data']): NDArray => ({dtype, shape, data});

test('every dtype is what h5py calls by the same name, scalar and array', () => {
  const values: Record<string, [NDArray, unknown]> = {
    int8: [array('int8', [2], new Int8Array([-128, 127])), [-128, 127]],
    int16: [array('int16', [2], new Int16Array([-32768, 32767])), [-32768, 32767]],
    int32: [array('int32', [2], new Int32Array([-(2 ** 31), 2 ** 31 - 1])), [-(2 ** 31), 2 ** 31 - 1]],
    int64: [array('int64', [2], new BigInt64Array([-(2n ** 63n), 2n ** 63n - 1n])), ['-9223372036854775808', '9223372036854775807']],
    uint8: [array('uint8', [2], new Uint8Array([0, 255])), [0, 255]],
    uint16: [array('uint16', [2], new Uint16Array([0, 65535])), [0, 65535]],
    uint32: [array('uint32', [2], new Uint32Array([0, 2 ** 32 - 1])), [0, 2 ** 32 - 1]],
    uint64: [array('uint64', [2], new BigUint64Array([0n, 2n ** 64n - 1n])), [0, '18446744073709551615']],
    float16: [array('float16', [2], new Float16Array([0.5, Number.NaN])), [0.5, 'nan']],
    float32: [array('float32', [2], new Float32Array([0.5, Infinity])), [0.5, 'inf']],
    float64: [array('float64', [2], new Float64Array([0.1, -Infinity])), [0.1, '-inf']],
    bool: [array('bool', [2], new Uint8Array([1, 0])), [true, false]],
    complex64: [
      array('complex64', [2], new Float32Array([1, 2, 3, 4])),
      [
        [1, 2],
        [3, 4],
      ],
    ],
    complex128: [
      array('complex128', [2], new Float64Array([1, 2, 0.1, 4])),
      [
        [1, 2],
        [0.1, 4],
      ],
    ],
  };
  const names = Object.keys(values);
  const seen = seenByH5py(
    (file) => names.forEach((name) => file.createDataset(name, (values[name] as [NDArray, unknown])[0])),
    Object.fromEntries(
      names.flatMap((name) => [
        [name, `f['${name}'][()]`],
        [`${name} type`, `str(f['${name}'].dtype)`],
      ]),
    ),
  );
  for (const name of names) expect([name, seen[name], seen[`${name} type`]]).toEqual([name, values[name]?.[1], name]);
});

test('JavaScript values become the scalars h5py would write for the same values', () => {
  const seen = seenByH5py(
    (file) => {
      const values = {
        number: 1.5,
        bigint: -5n,
        huge: 2n ** 63n,
        true: true,
        text: 'ü ✓',
        complex: {re: 1, im: -1},
        bytes: {fixedString: new Uint8Array([65, 66])},
        fixed: {fixedString: 'ü'},
        empty: null,
      };
      Object.entries(values).forEach(([name, value]) => {
        file.createDataset(name, value);
        file.attributes.set(name, value);
      });
      file.createDataset('as int', 3, {dtype: 'int32'});
      file.createDataset('as float16', 0.5, {dtype: 'float16'});
    },
    {
      datasets: `[f[k][()] for k in ('number', 'bigint', 'huge', 'true', 'complex', 'bytes', 'empty')]`,
      attributes: `[f.attrs[k] for k in ('number', 'bigint', 'huge', 'true', 'complex', 'bytes', 'empty')]`,
      types: `[f[k].dtype.str for k in ('number', 'bigint', 'huge', 'true', 'complex', 'bytes', 'as int', 'as float16')]`,
      shapes: `[f[k].shape for k in ('number', 'text', 'empty')]`,
      texts: `[f['text'].asstr()[()], f.attrs['text'], f['fixed'][()].decode(), f.attrs['fixed'].decode()]`,
      sets: `[h5py.check_string_dtype(f[k].dtype) for k in ('text', 'bytes', 'fixed')]`,
    },
  );
  expect(seen['datasets']).toEqual(seen['attributes']);
  expect(seen['datasets']).toEqual([1.5, -5, '9223372036854775808', true, [1, -1], {bytes: 'AB'}, "Empty(dtype=dtype('<f8'))"]);
  expect(seen['types']).toEqual(['<f8', '<i8', '<u8', '|b1', '<c16', '|S2', '<i4', '<f2']);
  expect(seen['shapes']).toEqual([[], [], null]);
  expect(seen['texts']).toEqual(['ü ✓', 'ü ✓', 'ü', 'ü']);
  expect(seen['sets']).toEqual([
    ['utf-8', null],
    ['ascii', 2],
    ['utf-8', 2],
  ]);
});

test('string arrays are variable-length UTF-8, or fixed-length when asked for', () => {
  const strings = array('string', [2, 2], ['a', '', 'ünï', 'dd']);
  const seen = seenByH5py(
    (file) => {
      file.createDataset('variable', strings);
      file.createDataset('fixed', strings, {fixedLength: 6, ascii: true});
      using grown = file.createEmpty('grown', 'string', [0], {maxShape: [null], fixedLength: 4});
      grown.resize([2]);
      grown.write(array('string', [2], ['xy', 'z']));
      file.attributes.set('list', strings);
    },
    {
      variable: `f['variable'].asstr()[()]`,
      fixed: `f['fixed'][()]`,
      types: `[f[k].dtype.str for k in ('fixed', 'grown')]`,
      grown: `f['grown'][()]`,
      list: `f.attrs['list']`,
    },
  );
  const rows = [
    ['a', ''],
    ['ünï', 'dd'],
  ];
  expect([seen['variable'], seen['list']]).toEqual([rows, rows]);
  expect(seen['types']).toEqual(['|S6', '|S4']);
  expect(seen['fixed']).toEqual([
    [{bytes: 'a'}, {bytes: ''}],
    [{bytes: 'Ã¼nÃ¯'}, {bytes: 'dd'}],
  ]);
  expect(seen['grown']).toEqual([{bytes: 'xy'}, {bytes: 'z'}]);
});

test('chunks, gzip, shuffle, checksums, fill values and growth are as in h5py', () => {
  const data = array(
    'int32',
    [100, 10],
    Int32Array.from({length: 1000}, (_, i) => i),
  );
  const seen = seenByH5py(
    (file) => {
      file.createDataset('packed', data, {chunks: [20, 10], gzip: 4, shuffle: true, checksum: true, maxShape: [null, 10]});
      file.createDataset('guessed', data, {gzip: 1});
      using filled = file.createEmpty('filled', 'float32', [2, 3], {maxShape: [4, null], fillValue: Number.NaN});
      filled.write(array('float32', [2], new Float32Array([1, 2])), [null, 1]);
      filled.resize([3, 4]);
      using small = file.createEmpty('small', 'int64', [3], {fillValue: -1n});
      small.write(7, [{start: 1, stop: 2}]);
    },
    {
      packed: `[f['packed'].chunks, f['packed'].compression, f['packed'].compression_opts, f['packed'].shuffle, f['packed'].fletcher32, f['packed'].maxshape, bool((f['packed'][()] == np.arange(1000).reshape(100, 10)).all())]`,
      guessed: `[f['guessed'].chunks, f['guessed'].compression_opts]`,
      filled: `f['filled'][()]`,
      small: `f['small'][()]`,
    },
  );
  expect(seen['packed']).toEqual([[20, 10], 'gzip', 4, true, true, [null, 10], true]);
  expect(seen['guessed']).toEqual([[100, 10], 1]);
  expect(seen['filled']).toEqual([
    ['nan', 1, 'nan', 'nan'],
    ['nan', 2, 'nan', 'nan'],
    ['nan', 'nan', 'nan', 'nan'],
  ]);
  expect(seen['small']).toEqual([-1, 7, -1]);
});

test('names are linked, moved, deleted and copied, also to another file and without attributes', () => {
  const seen = seenByH5py(
    (file) => {
      file.createDataset('a/b/x', 1).attributes.set('units', 'mJ');
      file.createSoftLink('soft', '/a/b/x');
      file.createHardLink('a/hard', '/a/b/x');
      file.createExternalLink('out', 'other.h5', '/y');
      file.createDataset('old', 2);
      file.move('old', 'deep/new');
      file.createDataset('gone', 3);
      file.delete('gone');
      using other = openFile(at('other.h5'), 'w');
      file.copy('a', other, 'copied');
      file.copy('a/b/x', other, 'y', {withoutAttributes: true});
      file.requireGroup('a').createGroup('ümläut').attributes.set('ü', 1);
    },
    {
      names: `sorted(f)`,
      soft: `[f['soft'][()], f.get('soft', getlink=True).path, f['a/hard'] == f['a/b/x'], f['out'][()], f['deep/new'][()], list(f['a/ümläut'].attrs)]`,
      copied: `(lambda o: [o['copied/b/x'].attrs['units'], o['copied/hard'] == o['copied/b/x'], dict(o['y'].attrs)])(h5py.File(f.filename.replace('to-h5py', 'other')))`,
    },
  );
  expect(seen['names']).toEqual(['a', 'deep', 'out', 'soft']);
  expect(seen['soft']).toEqual([1, '/a/b/x', true, 1, 2, ['ü']]);
  expect(seen['copied']).toEqual(['mJ', true, {}]);
});

test('scales attached here are scales to h5py, and a second reader finds them again', () => {
  const seen = seenByH5py(
    (file) => {
      using data = file.createDataset('g/data', array('float64', [2, 3], new Float64Array(6)));
      using other = file.createDataset('g/other', array('float64', [3], new Float64Array(3)));
      using y = file.createDataset('g/y', array('float64', [2], new Float64Array([1, 2])));
      using x = file.createDataset('g/x', array('float64', [3], new Float64Array([1, 2, 3])));
      y.makeScale('y');
      data.attachScale(0, y);
      data.attachScale(1, x);
      data.attachScale(1, x);
      other.attachScale(0, x);
      expect([data.scalesOf(0), data.scalesOf(1), other.scalesOf(0)]).toEqual([['/g/y'], ['/g/x'], ['/g/x']]);
      expect(x.attributes.get('REFERENCE_LIST')).toEqual([
        {dataset: {kind: 'object', path: '/g/data'}, dimension: 1},
        {dataset: {kind: 'object', path: '/g/other'}, dimension: 0},
      ]);
      expect(() => data.attachScale(2, x)).toThrow('has 2 dimensions');
    },
    {
      scales: `[[s.name for s in d.values()] for d in f['g/data'].dims]`,
      is: `[f['g/x'].is_scale, f['g/data'].is_scale, list(f['g/y'].dims[0].keys()), len(f['g/other'].dims[0])]`,
    },
  );
  expect(seen['scales']).toEqual([['/g/y'], ['/g/x']]);
  expect(seen['is']).toEqual([true, false, [], 1]);
});

test('groups can remember the order in which names were made', () => {
  const path = at('ordered.h5');
  using file = openFile(path, 'w', {trackOrder: true});
  using group = file.createGroup('g', {trackOrder: true});
  for (const name of ['z', 'a', 'm']) {
    file.createDataset(name, 1);
    group.createDataset(name, 1);
  }
  expect([file.keys(), group.keys()]).toEqual([
    ['g', 'z', 'a', 'm'],
    ['z', 'a', 'm'],
  ]);
});

test('the same data gives the same bytes', () => {
  const write = (name: string) => {
    using file = openFile(at(name), 'w');
    file.createDataset('a/x', array('float64', [3], new Float64Array([1, 2, 3])), {gzip: 1});
    file.attributes.set('s', 'text');
  };
  write('one.h5');
  write('two.h5');
  expect(readFileSync(at('one.h5')).equals(readFileSync(at('two.h5')))).toBe(true);
  expect(existsSync(at('two.h5'))).toBe(true);
});

test('a value that does not fit its own description is refused', () => {
  using file = openFile(at('refused.h5'), 'w');
  const refusals: [Storable, CreateOptions, string][] = [
    [array('float64', [3], new Float64Array(2)), {}, 'needs 3 numbers, but has 2'],
    [array('float64', [2], new Float32Array(2)), {}, 'cannot hold its data in a Float32Array'],
    ['a\0b', {}, 'NUL character'],
    [2n ** 64n, {}, 'does not fit 64 bits'],
    [0.5, {dtype: 'int64'}, 'give a bigint'],
    [{fixedString: 'abc'}, {fixedLength: 2}, 'longer than the 2 bytes'],
    [1, {gzip: 1}, 'scalar'],
  ];
  for (const [value, options, reason] of refusals) expect(() => file.createDataset('x', value, options)).toThrow(reason);
  expect(file.keys()).toEqual([]);
  expect(() => file.createDataset('a\0b', 1)).toThrow('cannot be a name');
  using dataset = file.createDataset('y', array('float64', [3], new Float64Array(3)));
  expect(() => dataset.write(array('float64', [2], new Float64Array(2)))).toThrow('cannot be written to [3]');
});

test('big arrays are copied with their groups, types and texts, to another file and within one', () => {
  const counts = array(
    'float64',
    [2, 100_000],
    Float64Array.from({length: 200_000}, (_, i) => i * 0.5),
  );
  const phases = array(
    'complex128',
    [150_000],
    Float64Array.from({length: 300_000}, (_, i) => i * 0.25),
  );
  const seen = seenByH5py(
    (file) => {
      using source = openFile(at('source.h5'), 'w');
      source.createDataset('value/data', counts);
      source.createDataset('value/small', 1.5);
      source.createDataset('complex', phases);
      source.group('value').attributes.set('type', 'image');
      source.copy('value', file, 'value');
      source.copy('complex', file, 'deep/complex');
      source.copy('value', file, 'bare', {withoutAttributes: true});
      file.copy('value', file, 'again');
      expect([file.read('value/data'), file.read('again/data'), file.read('deep/complex')]).toEqual([counts, counts, phases]);
    },
    {
      sums: `[bool((f[n + '/data'][()] == np.arange(200000).reshape(2, -1) * 0.5).all()) for n in ('value', 'bare', 'again')]`,
      kinds: `[f['value/data'].dtype.str, f['deep/complex'].dtype.str, f['deep/complex'][7]]`,
      others: `[f[n + '/small'][()] for n in ('value', 'bare', 'again')]`,
      attributes: `[dict(f[n].attrs) == ({} if n == 'bare' else {'type': 'image'}) for n in ('value', 'bare', 'again')]`,
    },
  );
  expect(seen['sums']).toEqual([true, true, true]);
  expect(seen['kinds']).toEqual(['<f8', '<c16', [1.5 * 2 + 0.5, 3.75]]);
  expect(seen['others']).toEqual([1.5, 1.5, 1.5]);
  expect(seen['attributes']).toEqual([true, true, true]);
});
