import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {dependencyError} from '../src/index.ts';
import type {VariableError} from '../src/index.ts';

const errorsOf = (errors: Record<string, VariableError>) => new Map(Object.entries(errors));

test('failures and skipped branches make a tree', () => {
  const errors = errorsOf({
    var3: {errorClass: 'ZeroDivisionError', message: 'division by zero'},
    var5: {errorClass: 'NotImplementedError', message: ''},
  });
  errors.set('var6', dependencyError(['var3'], errors));
  expect(dependencyError(['var5', 'var6'], errors)).toMatchObject({
    errorClass: 'DependencyError',
    message: [
      'Skipped due to missing dependency:',
      '├ (var5) failed: NotImplementedError',
      '└ (var6) skipped',
      '   └ (var3) failed: ZeroDivisionError: division by zero',
    ].join('\n'),
  });
});

test('branches that are not the last go on with a line, messages of several lines stay below their branch', () => {
  const errors = errorsOf({a: {errorClass: 'ValueError', message: 'one\ntwo\n\nthree'}});
  errors.set('b', dependencyError(['a'], errors));
  errors.set('b2', dependencyError(['a'], errors));
  expect(dependencyError(['b', 'b2', 'a'], errors).message).toBe(
    [
      'Skipped due to missing dependency:',
      '├ (b) skipped',
      '│  └ (a) failed: ValueError: one',
      '│     two',
      '│     ',
      '│     three',
      '├ (b2) skipped',
      '│  └ (a) failed: ValueError: one',
      '│     two',
      '│     ',
      '│     three',
      '└ (a) failed: ValueError: one',
      '   two',
      '   ',
      '   three',
    ].join('\n'),
  );
});

test('if all dependencies only skipped, so does the variable', () => {
  const errors = errorsOf({a: {errorClass: 'Skip', message: 'nothing\nhere'}});
  errors.set('b', dependencyError(['a'], errors));
  expect(errors.get('b')?.errorClass).toBe('Skip');
  expect(dependencyError(['b', 'a', 'c'], errors)).toEqual({
    errorClass: 'Skip',
    message: [
      'Skipped due to missing dependency:',
      '├ (b) failed: Skip: Skipped due to missing dependency:',
      '│  └ (a) failed: Skip: nothing',
      '│     here',
      '└ (a) failed: Skip: nothing',
      '   here',
    ].join('\n'),
  });
});

test('one failure among skips makes it an error', () => {
  const errors = errorsOf({a: {errorClass: 'Skip', message: ''}, b: {errorClass: 'ValueError', message: 'x'}});
  expect(dependencyError(['a', 'b'], errors)).toMatchObject({
    errorClass: 'DependencyError',
    message: 'Skipped due to missing dependency:\n├ (a) failed: Skip\n└ (b) failed: ValueError: x',
  });
});

test('dependencies that returned nothing are listed, once for each input', () => {
  expect(dependencyError(['n', 'n', 'm'], new Map())).toEqual({
    errorClass: 'Skip',
    message: "Dependencies returned no data:\n- 'n'\n- 'n'\n- 'm'",
  });
});

test('every line of any tree below the first is drawn inside it', () => {
  const leaf = fc.record({errorClass: fc.constantFrom('Skip', 'ValueError'), message: fc.string()});
  fc.assert(
    fc.property(fc.array(leaf, {minLength: 1, maxLength: 4}), (leaves) => {
      const errors = new Map<string, VariableError>(leaves.map((error, i) => [`leaf${i}`, error]));
      const names = [...errors.keys()];
      errors.set('middle', dependencyError(names, errors));
      const {message, errorClass} = dependencyError(['middle', ...names], errors);
      const [first, ...rest] = message.split('\n');
      expect(first).toBe('Skipped due to missing dependency:');
      expect(rest.every((line) => /^(├ |└ |│ {2}| {3})/.test(line))).toBe(true);
      expect(errorClass).toBe(leaves.every((error) => error.errorClass === 'Skip') ? 'Skip' : 'DependencyError');
    }),
  );
});
