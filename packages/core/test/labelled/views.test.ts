import * as fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {concat, DataArray, dataArray, Dataset, dataset, labelled} from '../../src/labelled/index.ts';

const frames = dataArray(
  {dtype: 'uint16', shape: [4, 3, 5], data: Uint16Array.from({length: 60}, (_, i) => i)},
  {dims: ['trainId', 'y', 'x'], coords: {trainId: BigUint64Array.of(10n, 11n, 12n, 13n)}, units: 'ADU', name: 'frames'},
);

describe('a labelled array', () => {
  test('takes memory as it is, and shares it with its parts', () => {
    const data = Float64Array.of(1, 2, 3, 4, 5, 6);
    const array = dataArray({dtype: 'float64', shape: [3, 2], data}, {dims: ['a', 'b']});
    expect(array.values).toBe(data);
    expect((array.slice('a', 1, 3).values as Float64Array).buffer).toBe(data.buffer);
    expect((array.isel({a: 2}).values as Float64Array).byteOffset).toBe(32);
    expect(array.transpose().transpose().values).toBe(data);
    expect(array.transpose().shape).toEqual([2, 3]);
  });

  test('cut along any dimensions in any order has the elements that the indices say', () => {
    const [at, steps] = [fc.integer({min: 0, max: 2}), fc.constantFrom(1, 2, -1)];
    fc.assert(
      fc.property(at, steps, fc.shuffledSubarray(['trainId', 'y', 'x'], {minLength: 3}), (start, step, order) => {
        const cut = frames.isel({y: {start, step}, trainId: {step: -1}}).transpose(...order);
        const rows = cut.toRecords();
        expect(rows).toHaveLength(cut.size);
        const plain = new Map(frames.toRecords().map((row) => [`${String(row.trainId)} ${String(row.frames)}`, row]));
        for (const row of rows) expect(plain.has(`${String(row.trainId)} ${String(row.frames)}`)).toBe(true);
        expect(new Set(rows.map((row) => row.frames)).size).toBe(cut.size);
      }),
      {numRuns: 30},
    );
  });

  test('is the plain object that is stored, also after a copy, and gets its methods back', () => {
    const part = frames.isel({x: {step: 2}}).sel({trainId: 12});
    const copy = structuredClone(part);
    expect(copy).toMatchObject({kind: 'DataArray', dims: ['y', 'x'], attrs: {units: 'ADU'}, name: 'frames', array: {shape: [3, 3]}});
    expect(copy.coords.trainId).toMatchObject({dims: [], shape: []});
    expect(labelled(copy)).toBeInstanceOf(DataArray);
    expect(labelled(copy).sum().item()).toBe(part.sum().item());
    expect(labelled(part)).toBe(part);
    const both = dataset({part: part.dropCoords('trainId'), mean: frames.mean(['x', 'y'])});
    expect(labelled(structuredClone(both))).toBeInstanceOf(Dataset);
    expect(labelled(structuredClone(both)).get('mean').values).toEqual(both.get('mean').values);
  });

  test('keeps units where they hold, and drops them elsewhere', () => {
    const [energy, other] = [dataArray([1, 2], {units: 'mJ'}), dataArray([3, 4], {units: 'eV'})];
    expect([energy.mean(), energy.std(), energy.add(1), energy.sub(energy), energy.mul(2), energy.neg()].map(({units}) => units)).toEqual(
      Array.from({length: 6}, () => 'mJ'),
    );
    const dropped = [energy.var(), energy.count(), energy.add(other), energy.mul(other), energy.div(energy), energy.sqrt(), energy.gt(1)];
    expect(dropped.map(({units}) => units)).toEqual(dropped.map(() => undefined));
    expect(energy.withUnits('J').units).toBe('J');
  });

  test('never wraps around in arithmetic, and keeps 64-bit integers exact', () => {
    expect(frames.isel({trainId: 0, y: 0, x: 0}).sub(500).item()).toBe(-500);
    const big = dataArray(BigUint64Array.of(2n ** 60n, 2n ** 60n + 1n));
    expect(big.sub(big.isel({dim_0: 0})).values).toEqual(BigUint64Array.of(0n, 1n));
    expect(big.sum().values).toEqual(BigUint64Array.of(2n ** 61n + 1n));
    const many = dataArray(new Uint32Array(2 ** 21 + 8).fill(2 ** 32 - 1));
    expect(many.sum().values).toEqual(BigUint64Array.of((2n ** 32n - 1n) * (2n ** 21n + 8n)));
  });

  test('says what is wrong, and what there is', () => {
    expect(() => frames.mean('z')).toThrow('"frames" has no dimension "z"; its dimensions are: trainId, y, x');
    expect(() => frames.sel({trainId: 9})).toThrow('Dimension "trainId" has no label 9');
    expect(frames.sel({trainId: {nearest: 9}}).shape).toEqual([3, 5]);
    expect(() => frames.isel({y: 3})).toThrow('Place 3 is outside of dimension "y", which has 3 places');
    expect(() => frames.item()).toThrow('has 60 elements, not one');
    expect(() => frames.add(dataArray([1, 2], {dims: 'x'}))).toThrow(
      'Dimension "x" has no labels to match and its lengths differ: 5 and 2',
    );
    expect(() => dataArray([1, 2], {dims: ['a', 'b']})).toThrow('has 1 axes, but 2 dimensions are named');
    expect(() => dataArray([1, 2], {dims: 'a', coords: {a: [1]}})).toThrow('Coordinate "a" has 1 labels for the 2 places');
    expect(() => dataArray([[1], [2, 3]])).toThrow('different lengths or depths');
    expect(() => dataArray(['a', 'b']).mean()).toThrow('"mean" has no meaning for texts');
    const complex = dataArray({dtype: 'complex128', shape: [1], data: Float64Array.of(3, 4)});
    expect(() => complex.max()).toThrow('take .abs(), .real() or .imag() first');
    expect(() => complex.gt(1)).toThrow('no meaning for complex numbers');
    expect(complex.abs().item()).toBe(5);
    expect(() => dataArray([Number.NaN]).argmax()).toThrow('nothing but NaN');
    expect(() => dataArray([], {dims: 'x'}).max()).toThrow('one of the dimensions is empty');
    expect(() => concat([], 'x')).toThrow('nothing to concatenate');
    expect(() => frames.groupBy('step')).toThrow('There is no coordinate "step"; there are: trainId');
    expect(() => dataset({a: frames, b: frames.slice('x', 1)})).toThrow('Dimension "x" is 5 long in "a" and 4 in "b"');
  });

  test('of a run is grouped by what was scanned in the same trains', () => {
    const position = dataArray([1, 1, 2, 2, 3], {name: 'position', dims: 'trainId', coords: {trainId: [11, 12, 13, 14, 15]}, units: 'mm'});
    const scan = frames.mean(['x', 'y']).groupBy(position);
    expect([scan.labels, scan.size]).toEqual([[1, 2], 2]);
    expect(scan.mean().toRecords()).toEqual([
      {position: 1, frames: (22 + 37) / 2},
      {position: 2, frames: 52},
    ]);
    expect(scan.mean().idxmax()).toBe(2);
    expect(Array.from(scan, ([label, group]) => [label, group.size])).toEqual([
      [1, 2],
      [2, 1],
    ]);
  });

  test('shows itself in a few lines', () => {
    expect(String(frames)).toBe(
      "DataArray 'frames' (trainId: 4, y: 3, x: 5) uint16\n0 1 2 3 4 …\nCoordinates:\n  trainId (trainId) uint64 10 11 12 13\nAttributes:\n  units: ADU",
    );
  });
});

describe('a Dataset', () => {
  const both = dataset({signal: frames.mean(['x', 'y']), picture: frames.mean('trainId')}, {attrs: {title: 'scan'}});

  test('selects and reduces every array that has the dimension', () => {
    expect(both.sizes).toEqual({trainId: 4, y: 3, x: 5});
    expect(both.sel({trainId: {from: 11, to: 12}}).sizes).toEqual({trainId: 2, y: 3, x: 5});
    expect(both.isel({x: 0}).get('signal').shape).toEqual([4]);
    expect(both.mean().get('picture').item()).toBe(29.5);
    expect(both.max('trainId').get('picture').shape).toEqual([3, 5]);
    expect(both.var().get('signal').item()).toBe(both.get('signal').var().item());
    expect(() => both.isel({z: 0})).toThrow('The Dataset has no dimension "z"');
  });

  test('gives its arrays and coordinates by name, and takes more', () => {
    expect(both.get('trainId').values).toEqual(BigUint64Array.of(10n, 11n, 12n, 13n));
    expect(() => both.get('noise')).toThrow('no array "noise"; it has: signal, picture, trainId');
    expect(both.assign({noise: frames.std('trainId')}).drop('signal').names).toEqual(['picture', 'noise']);
    expect(() => both.assign({late: frames.isel({trainId: [1, 2, 3, 0]})})).toThrow('different labels along "trainId"');
  });
});
