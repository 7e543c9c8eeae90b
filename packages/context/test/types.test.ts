import {describe, expect, expectTypeOf, test} from 'vitest';
import {Cell, cell, glob, max, meta, mymdc, needs, optional, param, skip, variable, z} from '../src/index.ts';
import type {DataArray, Technique, Variable} from '../src/index.ts';

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

  test('of parameters is that of their default or schema, of the catalogue that of the field', () => {
    const inputs = {
      cut: param('cut', {default: 3}),
      mode: param('mode', {schema: z.enum(['a', 'b'])}),
      any: param('any'),
      told: param<boolean>('told'),
      sample: mymdc('sample_name'),
      techniques: mymdc('techniques'),
    };
    variable({inputs}, ({cut, mode, any, told, sample, techniques}) => {
      expectTypeOf(cut).toEqualTypeOf<number>();
      expectTypeOf(mode).toEqualTypeOf<'a' | 'b'>();
      expectTypeOf(any).toEqualTypeOf<unknown>();
      expectTypeOf(told).toEqualTypeOf<boolean>();
      expectTypeOf(sample).toEqualTypeOf<string>();
      expectTypeOf(techniques).toEqualTypeOf<readonly Technique[]>();
      return cut;
    });
    // @ts-expect-error the default is not what the schema wants
    param('mode', {schema: z.enum(['a', 'b']), default: 'c'});
    // @ts-expect-error there is no such field
    mymdc('weather');
    expectTypeOf(mymdc).parameters.toEqualTypeOf<['sample_name' | 'run_type' | 'techniques']>();
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

describe('what a variable is made with', () => {
  test('may be a function that summarises its kind of array', () => {
    expectTypeOf(variable({summary: (values) => max(values)}, () => Float32Array.of(1, 2))).toExtend<Variable<Float32Array>>();
    expectTypeOf(variable({summary: (values: Float32Array) => values.length}, ({run}) => Float32Array.of(run.run))).toExtend<
      Variable<Float32Array>
    >();
    // @ts-expect-error a summary is one value
    variable({summary: () => new Date()}, () => 1);
  });

  test('may say what it needs, and nothing else', () => {
    variable({needs: needs({timeoutSeconds: 3, partial: true})}, () => 1);
    // @ts-expect-error nobody knows this need
    variable({needs: {timeout: 3}}, () => 1);
    expect(() => needs({cpus: 0.5})).toThrow('needs({cpus: …}): Invalid input: expected int');
    expect(() => needs({timeoutSeconds: -1})).toThrow('needs({timeoutSeconds: …}): Too small');
  });

  test('ends where it is skipped', () => {
    const or = (value: number | undefined) => value ?? skip('nothing there');
    expectTypeOf(or).returns.toEqualTypeOf<number>();
    expect(() => or(undefined)).toThrow('nothing there');
    expect(() => cell(1, {uncertainty: 'much' as never})).toThrow('uncertainty of a cell must be a number');
    expect(() => cell(1, {format: 3 as never})).toThrow('format of a cell must be a string');
  });
});
