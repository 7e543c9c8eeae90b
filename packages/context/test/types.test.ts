import {describe, expectTypeOf, test} from 'vitest';
import {Cell, glob, meta, optional, variable} from '../src/index.ts';
import type {DataArray, Variable} from '../src/index.ts';

const number = variable(() => 1.5);
const array = variable({summary: 'mean'}, () => Float32Array.of(1, 2));
const labelled = variable(({run}) => run.get('XGM', 'intensity').xarray());

describe('the type of a variable', () => {
  test('is what its function returns, without the cases of no value', () => {
    expectTypeOf(number).toEqualTypeOf<Variable<number>>();
    expectTypeOf(array).toExtend<Variable<Float32Array>>();
    expectTypeOf(labelled).toEqualTypeOf<Variable<DataArray>>();
    expectTypeOf(variable(() => (Math.random() > 0.5 ? 'on' : null))).toEqualTypeOf<Variable<string>>();
    expectTypeOf(variable(() => Math.random() > 0.5)).toEqualTypeOf<Variable<boolean>>();
    expectTypeOf(variable(async () => 3n)).toEqualTypeOf<Variable<bigint>>();
    expectTypeOf(variable({transient: true}, () => new Map<string, Date>())).toEqualTypeOf<Variable<Map<string, Date>>>();
  });

  test('is the data of a cell', () => {
    expectTypeOf(variable(() => new Cell(1.5, {bold: true}))).toEqualTypeOf<Variable<number>>();
    expectTypeOf(variable(() => (Math.random() > 0.5 ? new Cell('a', {}) : null))).toEqualTypeOf<Variable<string>>();
  });

  test('must be storable, unless it is transient', () => {
    // @ts-expect-error a date cannot be stored
    variable(() => new Date());
    // @ts-expect-error texts in a list cannot be stored
    variable({title: 'words'}, () => ['a', 'b']);
    // @ts-expect-error nor can a map
    variable(() => new Map());
    expectTypeOf(variable).returns.not.toBeAny();
  });
});

describe('the type of an argument', () => {
  test('is the type of the variable it comes from', () => {
    variable({inputs: {number, values: array, labelled}}, ({run, number: n, values, labelled: line}) => {
      expectTypeOf(n).toEqualTypeOf<number>();
      expectTypeOf(values).toExtend<Float32Array>();
      expectTypeOf(line).toEqualTypeOf<DataArray>();
      expectTypeOf(run.trainIds).toExtend<BigUint64Array>();
      return n;
    });
  });

  test('of an optional input has its default beside', () => {
    variable({inputs: {a: optional(number), b: optional(number, 'none'), c: optional(glob<boolean>('x*'), 3)}}, ({a, b, c}) => {
      expectTypeOf(a).toEqualTypeOf<number | undefined>();
      expectTypeOf(b).toEqualTypeOf<number | string>();
      expectTypeOf(c).toEqualTypeOf<Readonly<Record<string, boolean>> | number>();
      return 1;
    });
  });

  test('of globs and facts of the run is known', () => {
    variable(
      {inputs: {all: glob<number>('x*'), any: glob('*'), n: meta('run_number'), path: meta('proposal_path')}},
      ({all, any, n, path}) => {
        expectTypeOf(all).toEqualTypeOf<Readonly<Record<string, number>>>();
        expectTypeOf(any).toEqualTypeOf<Readonly<Record<string, unknown>>>();
        expectTypeOf(n).toEqualTypeOf<number>();
        expectTypeOf(path).toEqualTypeOf<string>();
        return n;
      },
    );
  });

  test('can only be one that was asked for, under a name that exists', () => {
    // @ts-expect-error nobody asked for it
    variable({inputs: {number}}, ({other}) => other);
    // @ts-expect-error there is no such fact
    meta('weather');
    // @ts-expect-error there is no such reduction
    variable({summary: 'avg'}, () => 1);
    // @ts-expect-error there is no such option
    variable({titel: 'x'}, () => 1);
    expectTypeOf(meta).parameters.toEqualTypeOf<['run_number' | 'proposal' | 'proposal_path']>();
  });
});
