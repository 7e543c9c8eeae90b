import {describe, expect, test} from 'vitest';
import {Declarations} from '../src/runner/source/declarations.ts';
import {mask} from '../src/runner/source/mask.ts';

const blank = (source: string): string => mask(source).code.replaceAll(/ +/g, ' ');

describe('what is no code', () => {
  test.each([
    ['a // b\nc', 'a \nc'],
    ['a /* b\n */ c', 'a \n c'],
    ["'export const a = 1' + b", ' + b'],
    ['"it\'s" + b', ' + b'],
    ['x = /[/"]\\/ export/g.test(y)', 'x = g.test(y)'],
    ['a / b / c // d', 'a / b / c '],
    ['return /"/.test(a)', 'return .test(a)'],
    ["'never ends\nb", ' \nb'],
    ['`never ends', ' '],
    ['/* never ends', ' '],
  ])('in %j is blank', (source, expected) => {
    expect(mask(source).code).toHaveLength(source.length);
    expect(blank(source)).toBe(expected);
  });

  test('is the text of a template, but not what it contains', () => {
    expect(mask('`a ${b + `c ${d} }` + {e: 1}} f` + g').code.replaceAll(' ', '')).toBe('b+d+{e:1}+g');
  });

  test('is found in a long file in no time', () => {
    const source = '/** A. */\nexport const a = variable(() => `x ${1}`); // "\n'.repeat(5000);
    const began = performance.now();
    expect(mask(source).docs).toHaveLength(5000);
    expect(performance.now() - began).toBeLessThan(2000);
  });
});

describe('a doc comment', () => {
  const source = `/** About the file. */
import {variable} from '@firstlight/context';

/** One. */
export const one = variable(() => '/** Not this. */ export const no = 1');
/**
 * Two,
 *   in lines.
 *
 * @see one
 */
export const two: Variable<number> = variable(() => 2);
/** Made by a function. */
export const made = make();
// a line between is fine
/** Three. */ // so is one behind
export const three = lib.variable(() => 3);
/** Nobody's. */
const other = 3;
export const four = variable(() => 4);
const G = group(() => {
  /** Inside. */
  const inside = variable(() => 5);
  return {inside, /** A property. */ property: variable(() => 6)};
});
/** */
export const empty = variable(() => 7);
`;
  const declarations = new Declarations(source);
  const docOf = (text: string): string | undefined => {
    const before = source.slice(0, source.indexOf(text) + text.indexOf('variable(')).split('\n');
    return declarations.docAt(before.length, (before.at(-1) as string).length + 1);
  };

  test('belongs to the declaration or property below it', () => {
    expect(docOf("variable(() => '/**")).toBe('One.');
    expect(docOf('variable(() => 2')).toBe('Two,\n  in lines.');
    expect(docOf('variable(() => 3')).toBe('Three.');
    expect(docOf('variable(() => 4')).toBeUndefined();
    expect(docOf('variable(() => 5')).toBe('Inside.');
    expect(docOf('variable(() => 6')).toBe('A property.');
    expect(docOf('variable(() => 7')).toBeUndefined();
  });

  test('and the place of an export are found by its name', () => {
    expect([...declarations.exported.keys()]).toEqual(['one', 'two', 'made', 'three', 'four', 'empty']);
    expect(declarations.exported.get('made')).toMatchObject({line: 14, column: 14, doc: 'Made by a function.'});
    expect(declarations.exported.get('four')?.doc).toBeUndefined();
  });

  test('is found in files of any kind, however broken', () => {
    for (const text of ['', '/**', '`${', '/** a */', 'export const', '/', "'"]) expect(new Declarations(text).exported.size).toBe(0);
  });
});
