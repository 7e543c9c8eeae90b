import type {VariableInput} from '@firstlight/core';
import {describe as suite, expect, expectTypeOf, test} from 'vitest';
import {describe} from '../src/runner/child/describe.ts';
import {
  glob,
  group,
  GroupError,
  isLinked,
  link,
  optional,
  optionalLink,
  optionalVariableLink,
  variable,
  variableLink,
  z,
} from '../src/index.ts';
import type {Group, InstanceOf, Variable} from '../src/index.ts';

const inputText = ({parameter, name, optional: isOptional}: VariableInput) => `${parameter}${isOptional ? '?' : ''}=${name}`;

/** Each variable as `name | title | tags | inputs`, then the problems. */
function seen(module: Record<string, unknown>): string[] {
  const {variables, problems} = describe(module, '/context.ts');
  return [
    ...variables.map(({name, title, tags, transient, inputs}) =>
      [name, title, tags.join(','), inputs.map(inputText).join(','), ...(transient ? ['transient'] : [])].join(' | '),
    ),
    ...problems.map(({text}) => text),
  ];
}

const X = group({parameters: {gain: z.number().default(1)}, tags: 'beam'}, ({gain}) => {
  const energy = variable({title: 'Energy', tags: ['b', 'a']}, () => gain);
  return {energy, double: variable({inputs: {e: energy}}, ({e}) => 2 * e)};
});

const Outer = group({parameters: {inner: link(X), other: optionalLink(X)}}, ({inner, other}, {self}) => ({
  val: variable({inputs: {e: inner.energy, o: other.energy, p: optional(other.energy, 3)}}, ({e, o, p}) => e + o + p),
  all: variable({inputs: {v: glob('v*', {within: self}), i: glob('*', {within: inner})}}, () => 1),
}));

// What the published damnit gives for the same groups, in its order.
suite('a group', () => {
  test('prefixes names and titles, and adds its tags', () => {
    expect(seen({a: X()})).toEqual(['a.energy | a/Energy | a,b,beam | ', 'a.double | a/double | beam | e=a.energy']);
    expect(seen({a: X({title: 'T', sep: ' - ', tags: ['z']})})).toEqual([
      'a.energy | T - Energy | a,b,z | ',
      'a.double | T - double | z | e=a.energy',
    ]);
    expect(seen({a: X({name: 'q'})})).toEqual(['q.energy | q/Energy | a,b,beam | ', 'q.double | q/double | beam | e=q.energy']);
    expect(seen({a: X({name: 'q.r', sep: '-'})})).toEqual([
      'q.r.energy | q.r-Energy | a,b,beam | ',
      'q.r.double | q.r-double | beam | e=q.r.energy',
    ]);
    expect(seen({a: X({tags: null})})).toEqual(['a.energy | a/Energy | a,b | ', 'a.double | a/double |  | e=a.energy']);
    expect(seen({a: X({tags: 'one'})})[1]).toBe('a.double | a/double | one | e=a.energy');
  });

  test('inside another is called after it, with its own separator', () => {
    expect(seen({o: Outer({inner: X({sep: '-'})})})).toEqual([
      'o.val | o/val |  | e=o.inner.energy,o=o.__missing__.other.energy,p?=o.__missing__.other.energy',
      'o.all | o/all |  | v=o.v*,i=o.inner.*',
      'o.inner.energy | o-inner-Energy | a,b,beam | ',
      'o.inner.double | o-inner-double | beam | e=o.inner.energy',
      'o.__missing__.other.energy | o.__missing__.other.energy |  |  | transient',
    ]);
    expect(seen({o: Outer({inner: X({name: 'ii'}), name: 'oo', title: 'OO'})})).toEqual([
      'oo.val | OO/val |  | e=ii.energy,o=oo.__missing__.other.energy,p?=oo.__missing__.other.energy',
      'oo.all | OO/all |  | v=oo.v*,i=ii.*',
      'ii.energy | ii/Energy | a,b,beam | ',
      'ii.double | ii/double | beam | e=ii.energy',
      'oo.__missing__.other.energy | oo.__missing__.other.energy |  |  | transient',
    ]);
    const Holder = group(() => ({first: X(), second: X({gain: 2})}));
    expect(seen({h: Holder()}).map((line) => line.split(' | ')[1])).toEqual([
      'h/second/Energy',
      'h/second/double',
      'h/first/Energy',
      'h/first/double',
    ]);
  });

  test('that is linked keeps the name it is exported under', () => {
    const x = X();
    const lines = seen({x, o: Outer({inner: x, other: x})});
    expect(lines).toContain('o.val | o/val |  | e=x.energy,o=x.energy,p?=x.energy');
    expect(lines).toHaveLength(4);
  });

  test('with a link that is not there has variables behind it that never have a value, however deep', () => {
    const P = group({parameters: {l: optionalLink(Outer)}}, ({l}) => ({
      v: variable({inputs: {e: glob('a*', {within: l}), f: l.inner.energy}}, () => isLinked(l)),
      again: Outer({inner: X({name: 'z'}), other: l.inner}),
    }));
    const lines = seen({p: P()});
    expect(lines).toContain('p.v | p/v |  | e=p.__missing__.l.a_,f=p.__missing__.l.inner.energy');
    expect(lines).toContain('p.__missing__.l.inner.energy | p.__missing__.l.inner.energy |  |  | transient');
    expect(lines).toContain('p.again.__missing__.other.energy | p.again.__missing__.other.energy |  |  | transient');
    const single = seen({p: P({l: null})});
    expect(single).toEqual(lines);
  });

  test('links a variable of another group, an exported one, or none', () => {
    const P = group({parameters: {l: variableLink<number>(), m: optionalVariableLink<number>()}}, ({l, m}) => ({
      v: variable({inputs: {l, m: optional(m, 0)}}, ({l, m}) => l + m),
      l2: l,
    }));
    const x = X();
    const top = variable(() => 3);
    expect(seen({x, top, p: P({l: x.energy}), q: P({l: top, m: x.double})})).toEqual([
      'top | top |  | ',
      'q.v | q/v |  | l=top,m?=x.double',
      'p.v | p/v |  | l=x.energy,m?=p.__missing__.m',
      'x.energy | x/Energy | a,b,beam | ',
      'x.double | x/double | beam | e=x.energy',
      'p.__missing__.m | p.__missing__.m |  |  | transient',
    ]);
  });

  test('that extends another has its variables, and its own in their place wherever they are used', () => {
    const Y = group({extends: X, parameters: {off: z.number()}}, ({gain, off}) => ({
      energy: variable({title: 'E2', tags: 'y'}, () => gain - off),
    }));
    expect(seen({y: Y({off: 2})})).toEqual(['y.energy | y/E2 | beam,y | ', 'y.double | y/double | beam | e=y.energy']);
    const Tagged = group({extends: Y, tags: ['q']}, (_, {base}) => ({half: variable({inputs: {d: base.double}}, ({d}) => d / 4)}));
    expect(seen({t: Tagged({off: 1})})).toEqual([
      't.energy | t/E2 | q,y | ',
      't.double | t/double | q | e=t.energy',
      't.half | t/half | q | d=t.double',
    ]);
    expect(seen({o: Outer({inner: Tagged({off: 1, name: 'deep'})})})[0]).toContain('e=deep.energy');
  });

  test('whose variable is exported by itself has it once', () => {
    const a = X();
    expect(seen({a, energy: a.energy})).toHaveLength(2);
    expect(seen({a, top: variable({inputs: {e: a.energy}}, ({e}) => e)})[0]).toBe('top | top |  | e=a.energy');
  });

  test('tells its name, title and place', () => {
    const {groups, variables} = describe({a: X({title: 'T'})}, '/context.ts');
    expect(groups).toEqual([{name: 'a', title: 'T', line: expect.any(Number), column: expect.any(Number)}]);
    expect(variables[0]).toMatchObject({file: expect.stringMatching(/groups\.test\.ts$/), line: expect.any(Number)});
  });
});

suite('a group that cannot be', () => {
  test('has every fault told at once', () => {
    const a = X();
    const taken = variable(() => 1);
    expect(
      seen({a, b: a, c: X({name: 'n'}), d: X({name: 'n'}), e: X({name: ''}), default: X({gain: 3}), taken})
        .slice(3)
        .toSorted(),
    ).toEqual(
      [
        "Group instance of 'group' is assigned to multiple names ['a', 'b'] without an explicit name.",
        "Group instance of 'group' has invalid name ''. Provide a non-empty string name.",
        "Group instance of 'group' has no name. Provide name or export it under one.",
        "Group name 'n' is used by multiple group instances; give one of them another name.",
      ].toSorted(),
    );
    expect(
      seen({outer: group(() => ({'b.v': variable(() => 1)}))(), inner: group(() => ({v: variable(() => 2)}))({name: 'outer.b'})}),
    ).toContain("Duplicate variable name 'outer.b.v' from group 'outer'");
    expect(seen({X, __a: X()})).toEqual(["Group instance of 'X' has no name. Provide name or export it under one."]);
  });

  test('is refused for parameters that are not as they should be', () => {
    expect(() => X({gain: 'high'} as never)).toThrow('The parameter gain of a group of kind X: Invalid input: expected number');
    expect(() => X({gian: 3} as never)).toThrow('has no parameter gian');
    expect(() => Outer({} as never)).toThrow(GroupError);
    expect(() => Outer({inner: 3} as never)).toThrow('must be a group of kind X');
    expect(() => Outer({inner: Outer({inner: X()})} as never)).toThrow('must be a group of kind X');
    expect(() => group({parameters: {title: z.string()}}, () => ({}))).toThrow('cannot define reserved fields: title');
    expect(() => group(() => ({name: variable(() => 1)}))()).toThrow('cannot define reserved fields: name');
    expect(() => group({parameters: {a: z.number()}}, () => ({a: variable(() => 1)}))({a: 1})).toThrow(
      'is both a parameter and a variable',
    );
    expect(() => group({extends: 3 as never}, () => ({}))).toThrow('can only extend');
  });

  test('is one whose variables are not all returned, or that is not exported', () => {
    const Hidden = group(() => {
      const inside = variable(() => 1);
      return {v: variable({inputs: {inside}}, ({inside}) => inside)};
    });
    expect(seen({h: Hidden()})[1]).toContain('is a variable without name; write `export const` before it, or let its group return it');
    const nowhere = X();
    expect(seen({top: variable({inputs: {e: nowhere.energy}}, ({e}) => e)})[1]).toContain('is a variable of a group that has no name');
    expect(seen({top: variable({inputs: {e: glob('*', {within: nowhere})}}, () => 1)})[1]).toContain('in a group that has no name');
  });
});

suite('the type of a group', () => {
  test('has its parameters and variables', () => {
    const x = X({gain: 2});
    expectTypeOf(x.energy).toEqualTypeOf<Variable<number>>();
    expectTypeOf(x.gain).toEqualTypeOf<number>();
    expectTypeOf(x).toExtend<Group>();
    const o = Outer({inner: x});
    expectTypeOf(o.inner.double).toEqualTypeOf<Variable<number>>();
    expectTypeOf(o.other).toEqualTypeOf<InstanceOf<typeof X>>();
  });

  test('refuses wrong parameters, and variables of another type in place of those it extends', () => {
    // @ts-expect-error a group of another kind
    const wrongLink = () => Outer({inner: Outer({inner: X()})});
    // @ts-expect-error a link is missing
    const noLink = () => Outer();
    // @ts-expect-error nobody knows this parameter
    const unknown = () => X({gian: 3});
    // @ts-expect-error energy is a number
    const other = () => group({extends: X}, () => ({energy: variable(() => 'text')}));
    expect([wrongLink, noLink, unknown, other]).toHaveLength(4);
  });
});
