import type {NDArray} from '@firstlight/core';
import {openFile} from '@firstlight/hdf5';
import type {H5File} from '@firstlight/hdf5';
import {expect, test} from 'vitest';
import {folderForEachTest, runPython} from './support.ts';

const at = folderForEachTest();

function written(script: string): H5File {
  const path = at('from-h5py.h5');
  runPython(`import sys, h5py, numpy as np, hdf5plugin\nwith h5py.File(sys.argv[1], 'w') as f:\n${script.replaceAll(/^/gm, '    ')}`, path);
  return openFile(path, 'r');
}

const array = (dtype: NDArray['dtype'], shape: number[], data: NDArray['data']): NDArray => ({dtype, shape, data});

test('integers of every width are exact, in either byte order', () => {
  using file = written(`
for order in '<>':
    for kind in 'iu':
        for size in (1, 2, 4, 8):
            t = np.dtype(f'{order}{kind}{size}')
            f[f'{order}{kind}{size}'] = np.array([np.iinfo(t).min, 7, np.iinfo(t).max], t)
`);
  for (const order of '<>') {
    expect(file.read(`${order}i1`)).toEqual(array('int8', [3], new Int8Array([-128, 7, 127])));
    expect(file.read(`${order}i2`)).toEqual(array('int16', [3], new Int16Array([-32768, 7, 32767])));
    expect(file.read(`${order}i4`)).toEqual(array('int32', [3], new Int32Array([-(2 ** 31), 7, 2 ** 31 - 1])));
    expect(file.read(`${order}i8`)).toEqual(array('int64', [3], new BigInt64Array([-(2n ** 63n), 7n, 2n ** 63n - 1n])));
    expect(file.read(`${order}u1`)).toEqual(array('uint8', [3], new Uint8Array([0, 7, 255])));
    expect(file.read(`${order}u2`)).toEqual(array('uint16', [3], new Uint16Array([0, 7, 65535])));
    expect(file.read(`${order}u4`)).toEqual(array('uint32', [3], new Uint32Array([0, 7, 2 ** 32 - 1])));
    expect(file.read(`${order}u8`)).toEqual(array('uint64', [3], new BigUint64Array([0n, 7n, 2n ** 64n - 1n])));
  }
});

test('floats of every width keep their bits, with NaN, infinities and negative zero', () => {
  using file = written(`
v = [1.5, -0.0, np.nan, np.inf, -np.inf, 6e-8]
for t in ('<f2', '>f2', '<f4', '>f4', '<f8', '>f8'): f[t] = np.array(v, t)
f['longdouble'] = np.array(v[:5], np.longdouble)
`);
  const values = [1.5, -0, Number.NaN, Infinity, -Infinity, 6e-8];
  for (const order of '<>') {
    expect(file.read(`${order}f2`)).toEqual(array('float16', [6], new Float16Array(values)));
    expect(file.read(`${order}f4`)).toEqual(array('float32', [6], new Float32Array(values)));
    expect(file.read(`${order}f8`)).toEqual(array('float64', [6], new Float64Array(values)));
  }
  expect(file.read('longdouble')).toEqual(array('float64', [5], new Float64Array(values.slice(0, 5))));
});

test('booleans and complex numbers are what h5py means by its enumeration and compound', () => {
  using file = written(`
f['b0'] = True; f['b1'] = np.array([[True, False], [False, True]])
f['c0'] = 1 - 2j; f['c8'] = np.array([1 + 2j, 3], np.complex64); f['c16'] = np.array([1 + 2j, 3])
`);
  expect([file.value('b0'), file.value('c0')]).toEqual([true, {re: 1, im: -2}]);
  expect(file.read('b1')).toEqual(array('bool', [2, 2], new Uint8Array([1, 0, 0, 1])));
  expect(file.read('c8')).toEqual(array('complex64', [2], new Float32Array([1, 2, 3, 0])));
  expect(file.read('c16')).toEqual(array('complex128', [2], new Float64Array([1, 2, 3, 0])));
});

test('strings come as text, whatever their length type, padding and character set', () => {
  using file = written(`
f['scalar'] = 'hällo ✓'; f['bytes'] = b'raw'; f['empty'] = ''
f['list'] = np.array(['a', '', 'ünï'], dtype=h5py.string_dtype())
f['ascii'] = np.array(['a', 'bc'], dtype=h5py.string_dtype('ascii'))
f['S'] = np.array([b'a', b'bcd', b''])
f['fixed8'] = np.array(['ü'.encode(), b'abcd'], dtype=h5py.string_dtype('utf-8', 4))
t = h5py.h5t.C_S1.copy(); t.set_size(5); t.set_strpad(h5py.h5t.STR_SPACEPAD)
d = h5py.h5d.create(f.id, b'spaces', t, h5py.h5s.create_simple((2,))); d.write(h5py.h5s.ALL, h5py.h5s.ALL, np.array([b'ab   ', b'abcde']), mtype=t)
t = h5py.h5t.C_S1.copy(); t.set_size(5); t.set_strpad(h5py.h5t.STR_NULLTERM)
d = h5py.h5d.create(f.id, b'terminated', t, h5py.h5s.create_simple((2,))); d.write(h5py.h5s.ALL, h5py.h5s.ALL, np.array([b'ab\\0x', b'abc'], 'S5'), mtype=t)
f.create_dataset('unset', (2,), dtype=h5py.string_dtype())
`);
  expect(['scalar', 'bytes', 'empty'].map((name) => file.value(name))).toEqual(['hällo ✓', 'raw', '']);
  const texts = (name: string) => file.read(name).data;
  expect(texts('list')).toEqual(['a', '', 'ünï']);
  expect(texts('ascii')).toEqual(['a', 'bc']);
  expect(texts('S')).toEqual(['a', 'bcd', '']);
  expect(texts('fixed8')).toEqual(['ü', 'abcd']);
  expect(texts('spaces')).toEqual(['ab', 'abcde']);
  expect(texts('terminated')).toEqual(['ab', 'abc']);
  expect(texts('unset')).toEqual(['', '']);
  expect(file.read('list', [{start: 1}]).data).toEqual(['', 'ünï']);
  using fixed = file.dataset('fixed8');
  expect(fixed.type.text).toEqual({bytes: 4, padding: 1, ascii: false});
});

test('empty dataspaces and arrays without elements are told apart', () => {
  using file = written(`f['none'] = h5py.Empty('f4'); f['zero'] = np.zeros((0, 3)); f.attrs['none'] = h5py.Empty('i8')`);
  using none = file.dataset('none');
  expect([none.shape, none.dtype, none.value(), file.attributes.get('none')]).toEqual([null, 'float32', null, null]);
  expect(() => none.read()).toThrow('empty dataspace');
  expect(file.read('zero')).toEqual(array('float64', [0, 3], new Float64Array(0)));
});

test('compounds, lists, arrays, enumerations, opaque data and bit fields can be read', () => {
  using file = written(`
r = np.zeros(2, [('n', '<i4'), ('x', '>f8'), ('s', 'S3'), ('a', '<u2', (2,)), ('in', [('b', '?'), ('c', '<c8')]), ('t', h5py.string_dtype())])
r['n'] = [1, -2]; r['x'] = 0.5; r['s'] = b'ab'; r['a'] = [[1, 2], [3, 4]]; r['in']['b'] = True; r['in']['c'] = 1j; r['t'] = ['one', 'zwei']
f['records'] = r; f['record'] = r[0]
v = f.create_dataset('lists', (2,), dtype=h5py.vlen_dtype(np.int16)); v[0] = [1, 2, 3]
f['enum'] = np.array([1, 0], dtype=h5py.enum_dtype({'off': 0, 'on': 1}, basetype='i2'))
f['times'] = np.array(['2024-01-01'], 'M8[s]').astype(h5py.opaque_dtype(np.dtype('M8[s]')))
d = h5py.h5d.create(f.id, b'arrays', h5py.h5t.array_create(h5py.h5t.STD_I16BE, (2, 2)), h5py.h5s.create_simple((1,))); d.write(h5py.h5s.ALL, h5py.h5s.ALL, np.arange(4, dtype='<i2').reshape(1, 2, 2), mtype=h5py.h5t.array_create(h5py.h5t.STD_I16LE, (2, 2)))
d = h5py.h5d.create(f.id, b'bits', h5py.h5t.STD_B16BE, h5py.h5s.create_simple((2,))); d.write(h5py.h5s.ALL, h5py.h5s.ALL, np.array([1, 258], '>u2'), mtype=h5py.h5t.STD_B16BE)
`);
  using records = file.dataset('records');
  const first = {n: 1, x: 0.5, s: 'ab', a: array('uint16', [2], new Uint16Array([1, 2])), in: {b: true, c: {re: 0, im: 1}}, t: 'one'};
  expect(records.dtype).toBe('compound');
  expect(records.readRecords()).toEqual([first, {...first, n: -2, a: array('uint16', [2], new Uint16Array([3, 4])), t: 'zwei'}]);
  expect(records.readRecords([1])[0]?.['t']).toBe('zwei');
  expect(() => records.read()).toThrow('use readRecords()');
  expect(file.value('record')).toEqual(first);
  expect(file.value('lists')).toEqual([array('int16', [3], new Int16Array([1, 2, 3])), array('int16', [0], new Int16Array(0))]);
  using enumeration = file.dataset('enum');
  expect([enumeration.dtype, enumeration.type.members, enumeration.read()]).toEqual([
    'enum',
    {off: 0, on: 1},
    array('int16', [2], new Int16Array([1, 0])),
  ]);
  using times = file.dataset('times');
  expect(times.type.opaque).toEqual({tag: 'NUMPY:<M8[s]', bytes: 8});
  expect(new BigInt64Array((times.read().data as Uint8Array).slice().buffer)[0]).toBe(1704067200n);
  expect(file.read('bits')).toEqual(array('uint16', [2], new Uint16Array([1, 258])));
  expect(file.read('arrays')).toEqual(array('int16', [1, 2, 2], new Int16Array([0, 1, 2, 3])));
});

test('references lead to their object or region', () => {
  using file = written(`
f['g/d'] = np.arange(20).reshape(4, 5)
f['object'] = f['g'].ref; f['objects'] = np.array([f['g/d'].ref, None], dtype=h5py.ref_dtype)
f.create_dataset('region', (1,), dtype=h5py.regionref_dtype)[0] = f['g/d'].regionref[1:3, 2]
f['g/d'].attrs['parent'] = f['g'].ref
`);
  expect(file.value('object')).toEqual({kind: 'object', path: '/g'});
  expect(file.value('objects')).toEqual([{kind: 'object', path: '/g/d'}, null]);
  expect(file.value('region')).toEqual([{kind: 'region', path: '/g/d', bounds: {first: [1, 2], last: [2, 2]}, points: 2}]);
  using dataset = file.dataset('g/d');
  expect(dataset.attributes.get('parent')).toEqual({kind: 'object', path: '/g'});
});

test('attributes of every kind can be read, exactly', () => {
  using file = written(`
a = f.attrs
a['i'] = 2**62; a['f'] = np.float32(0.1); a['s'] = 'ü'; a['bytes'] = b'x'; a['b'] = False; a['c'] = 1j
a['list'] = ['a', 'b']; a['array'] = np.arange(3, dtype='u1'); a['S'] = np.array([b'ab', b'c']); a['half'] = np.float16(0.5)
a['record'] = np.array((1, 2.5), [('a', 'i4'), ('b', 'f8')])
`);
  const {attributes} = file;
  expect(Object.fromEntries(attributes.entries())).toEqual({
    i: 2n ** 62n,
    f: Math.fround(0.1),
    s: 'ü',
    bytes: 'x',
    b: false,
    c: {re: 0, im: 1},
    list: array('string', [2], ['a', 'b']),
    array: array('uint8', [3], new Uint8Array([0, 1, 2])),
    S: array('string', [2], ['ab', 'c']),
    half: 0.5,
    record: {a: 1, b: 2.5},
  });
  expect(attributes.array('f')).toEqual(array('float32', [], new Float32Array([0.1])));
  expect([attributes.get('missing'), attributes.has('missing'), attributes.type('half')?.kind]).toEqual([undefined, false, 'float16']);
});

test('virtual datasets, external, soft and hard links are followed', () => {
  runPython(`import sys, h5py, numpy as np\nf = h5py.File(sys.argv[1], 'w'); f['x'] = np.arange(6.0)`, at('other.h5'));
  using file = written(`
layout = h5py.VirtualLayout((2, 6), 'f8'); layout[0] = h5py.VirtualSource('other.h5', 'x', (6,)); f.create_virtual_dataset('virtual', layout, fillvalue=-1)
f['external'] = h5py.ExternalLink('other.h5', '/x'); f['soft'] = h5py.SoftLink('/virtual'); f['hard'] = f['virtual']
f['gone'] = h5py.ExternalLink('nowhere.h5', '/x'); f['dangling'] = h5py.SoftLink('/nothing')
f.create_dataset('outside', (2,), 'f8', external=[('raw.bin', 0, h5py.h5f.UNLIMITED)])
`);
  const expected = array('float64', [2, 6], new Float64Array([0, 1, 2, 3, 4, 5, -1, -1, -1, -1, -1, -1]));
  expect([file.read('virtual'), file.read('soft'), file.read('hard')]).toEqual([expected, expected, expected]);
  expect(file.read('external').data).toEqual(new Float64Array([0, 1, 2, 3, 4, 5]));
  expect(['hard', 'soft', 'external'].map((name) => file.link(name))).toEqual([
    {kind: 'hard'},
    {kind: 'soft', target: '/virtual'},
    {kind: 'external', file: 'other.h5', target: '/x'},
  ]);
  expect(['external', 'gone', 'dangling', 'soft/below'].map((name) => file.has(name))).toEqual([true, false, false, false]);
  expect(
    ['virtual', 'outside', 'external'].map((name) => {
      using dataset = file.dataset(name);
      return dataset.storage;
    }),
  ).toEqual(['virtual', 'external', 'here']);
  expect(file.kind('gone')).toBeUndefined();
  expect(() => file.dataset('gone')).toThrow('nowhere.h5');
});

test('data behind every filter can be read', () => {
  using file = written(`
x = np.random.default_rng(1).poisson(3, (50, 40)).astype('f4'); f['plain'] = x
for name, options in {
    'gzip': dict(compression='gzip', shuffle=True, fletcher32=True), 'lzf': dict(compression='lzf'), 'lzf-shuffle': dict(compression='lzf', shuffle=True), 'szip': dict(compression='szip'),
    'blosc': hdf5plugin.Blosc(), 'blosc2': hdf5plugin.Blosc2(), 'bitshuffle': hdf5plugin.Bitshuffle(), 'lz4': hdf5plugin.LZ4(), 'zstd': hdf5plugin.Zstd(), 'bzip2': hdf5plugin.BZip2(), 'zfp': hdf5plugin.Zfp(reversible=True),
}.items(): f.create_dataset(name, data=x, chunks=(10, 40), **options)
f.create_dataset('scaleoffset', data=x.astype('i4'), chunks=(10, 40), scaleoffset=0)
`);
  const plain = file.read('plain');
  const names = ['gzip', 'lzf', 'lzf-shuffle', 'szip', 'blosc', 'blosc2', 'bitshuffle', 'lz4', 'zstd', 'bzip2', 'zfp'];
  for (const name of names) expect([name, file.read(name)]).toEqual([name, plain]);
  expect(Float32Array.from(file.read('scaleoffset').data as Int32Array)).toEqual(plain.data);
  expect(file.read('lzf', [{step: 7}, 3])).toEqual(file.read('plain', [{step: 7}, 3]));
  using gzip = file.dataset('gzip');
  expect([gzip.chunks, gzip.filters.map(({id}) => id)]).toEqual([
    [10, 40],
    [2, 1, 3],
  ]);
});

test('what xarray writes is netCDF4 whose scales can be followed', () => {
  runPython(
    `import sys, xarray as xr, numpy as np
xr.Dataset({'image': (('y', 'x'), np.ones((2, 3)))}, coords={'x': [1.0, 2, 3]}, attrs={'a': 1}).to_netcdf(sys.argv[1], engine='h5netcdf')`,
    at('n.h5'),
  );
  using file = openFile(at('n.h5'), 'r');
  using image = file.dataset('image');
  using x = file.dataset('x');
  expect([image.scalesOf(0), image.scalesOf(1), x.isScale, x.scaleName, image.isScale]).toEqual([['/y'], ['/x'], true, 'x', false]);
});
