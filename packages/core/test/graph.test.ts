import * as fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {allDependencies, buildGraph, globExpression, selectVariables, withoutProc} from '../src/index.ts';
import type {DeclaredVariable} from '../src/index.ts';

/** A variable with inputs by name; `?` at the end makes one optional. */
const declare = (name: string, inputs: string[] = [], rest: Partial<DeclaredVariable> = {}): DeclaredVariable => ({
  name,
  title: name,
  description: null,
  tags: [],
  summary: null,
  data: null,
  cluster: false,
  transient: false,
  units: null,
  inputs: inputs.map((input, i) => ({parameter: `p${i}`, kind: 'var', name: input.replace(/\?$/, ''), optional: input.endsWith('?')})),
  line: 7,
  column: 3,
  ...rest,
});

const textsOf = (variables: DeclaredVariable[]) => buildGraph(variables).problems.map(({text}) => text);

describe('globs', () => {
  test.each([
    ['*', 'anything', true],
    ['xgm_?', 'xgm_1', true],
    ['xgm_?', 'xgm_12', false],
    ['xgm_[13]', 'xgm_3', true],
    ['xgm_[!13]', 'xgm_3', false],
    ['xgm_[!13]', 'xgm_2', true],
    ['a[0-9]b', 'a5b', true],
    ['a[9-0]b', 'a5b', false],
    ['a[!9-0]b', 'a5b', true],
    ['a[', 'a[', true],
    ['a[]b', 'a[]b', true],
    ['[]]', ']', true],
    ['[a-]', '-', true],
    ['[^a]', 'b', false],
    ['[^a]', '^', true],
    ['a.b', 'axb', false],
    ['XGM', 'xgm', false],
    ['g.*', 'g.mean', true],
    ['[[]x', '[x', true],
    ['[\\]x', '\\x', true],
    ['a-b|c', 'a-b|c', true],
    ['*\n?', 'a\n\n', true],
  ])('%j matches %j: %s', (pattern, name, matches) => {
    expect(globExpression(pattern).test(name)).toBe(matches);
  });

  test('any text is a valid pattern, and a text without wildcards matches itself alone', () => {
    fc.assert(
      fc.property(fc.string({unit: 'binary'}), fc.string(), (pattern, other) => {
        const expression = globExpression(pattern);
        if (/[*?[]/.test(pattern)) return;
        expect(expression.test(pattern)).toBe(true);
        expect(expression.test(other)).toBe(other === pattern);
      }),
    );
  });
});

describe('the order', () => {
  test('is DAMNIT’s: levels, and inside a level where the last dependency was done', () => {
    const variables = [declare('z', ['y']), declare('y'), declare('x'), declare('w', ['x']), declare('v', ['x', 'w']), declare('u', ['y'])];
    expect(buildGraph(variables).order).toEqual(['y', 'x', 'z', 'u', 'w', 'v']);
  });

  test('reads globs and defaults as dependencies', () => {
    const variables = [
      declare('a'),
      declare('s'),
      declare('n'),
      declare('ok'),
      declare('b', ['a', 's', 'n', 'ok']),
      declare('c', ['b', 'n']),
      declare('d', ['n', 'n']),
      declare('e', ['d', 'n']),
      declare('f', ['[as]']),
      declare('g', ['[n]']),
      declare('h', ['[no]*']),
      declare('i', ['a?']),
      declare('j', ['[as]?']),
      declare('k', ['c', 'b', 'e']),
    ];
    expect(buildGraph(variables).order.join(' ')).toBe('a s n ok i f j d g b h e c k');
  });
});

describe('problems', () => {
  test('a missing dependency is named with its dependant and its place, also when it has a default', () => {
    const {problems} = buildGraph([declare('b', ['a', 'x*?'])], 'context.ts');
    expect(problems).toMatchObject([
      {severity: 'error', file: 'context.ts', line: 7, column: 3, text: expect.stringContaining("Missing dependency: 'a' for 'b'")},
      {text: expect.stringContaining("Missing dependency: 'x*' for 'b'")},
    ]);
  });

  test('a cycle is shown as the way around it', () => {
    expect(textsOf([declare('b', ['a']), declare('a', ['b'])])).toEqual([
      'These variables have cyclical dependencies: b needs a needs b. Remove one of these inputs.',
    ]);
    expect(textsOf([declare('b', ['*'])])[0]).toContain('b needs b');
  });

  test('raw variables cannot need processed data, directly or not', () => {
    const texts = textsOf([declare('q', [], {data: 'proc'}), declare('r2', ['q']), declare('r3', ['r2'], {data: 'raw'})]);
    expect(texts).toHaveLength(1);
    expect(texts[0]).toContain('q, r2');
  });

  test('titles must differ, default titles count', () => {
    expect(textsOf([declare('q'), declare('r', [], {title: 'q'}), declare('s', [], {title: 'q'})])).toEqual([
      "These variables have duplicate titles between them: q, r, s (all 'q').",
    ]);
  });

  test('names, tags and units are checked', () => {
    expect(textsOf([declare('1a'), declare('b', [], {tags: ['x', '']}), declare('c', [], {units: ''})])).toEqual([
      expect.stringContaining('not a valid Python identifier'),
      expect.stringContaining('must be a non-empty string'),
      expect.stringContaining('must be a non-empty string'),
    ]);
  });
});

describe('promotion and selection', () => {
  const graph = buildGraph([
    declare('raw'),
    declare('proc', ['raw'], {data: 'proc'}),
    declare('above', ['proc']),
    declare('big', [], {cluster: true}),
    declare('summary', ['big', 'raw']),
  ]);

  test('processed data and the cluster spread to dependants', () => {
    expect([...graph.variables.values()].map(({name, data, cluster}) => [name, data, cluster])).toEqual([
      ['raw', 'raw', false],
      ['proc', 'proc', false],
      ['above', 'proc', false],
      ['big', 'raw', true],
      ['summary', 'raw', true],
    ]);
  });

  test('a proc job runs raw dependencies again', () => {
    expect(selectVariables(graph, {trigger: 'proc'})).toEqual(['raw', 'proc', 'above']);
  });

  test('a cluster job runs its other dependencies again, null selects both', () => {
    expect(selectVariables(graph, {trigger: 'raw', cluster: true})).toEqual(['raw', 'big', 'summary']);
    expect(selectVariables(graph, {trigger: 'raw', cluster: false})).toEqual(['raw']);
    expect(selectVariables(graph, {trigger: 'raw', cluster: null})).toEqual(['raw', 'big', 'summary']);
  });

  test('names are exact and still obey the trigger', () => {
    expect(selectVariables(graph, {trigger: 'all', names: ['above']})).toEqual(['raw', 'proc', 'above']);
    expect(selectVariables(graph, {trigger: 'raw', names: ['proc', 'ra']})).toEqual([]);
  });

  test('without processed data only raw variables are left', () => {
    expect(withoutProc(graph, selectVariables(graph, {trigger: 'all'}))).toEqual(['raw', 'big', 'summary']);
  });
});

describe('any context', () => {
  const anyContext = fc.integer({min: 1, max: 12}).chain((count) =>
    fc.tuple(
      ...Array.from({length: count}, (_, i) =>
        fc
          .record({
            needs: fc.uniqueArray(fc.nat(count - 1), {maxLength: 4}),
            data: fc.constantFrom(null, 'raw' as const, 'proc' as const),
            cluster: fc.boolean(),
          })
          .map(({needs, ...rest}) =>
            declare(
              `v${i}`,
              needs.map((n) => `v${n}`),
              rest,
            ),
          ),
      ),
    ),
  );

  test('has every variable after all it needs, or a cycle as problem', () => {
    fc.assert(
      fc.property(anyContext, (variables) => {
        const graph = buildGraph(variables);
        const seen = new Set<string>();
        for (const name of graph.order) {
          for (const needed of graph.dependencies.get(name) ?? []) expect(seen).toContain(needed);
          seen.add(name);
        }
        const hasCycle = graph.problems.some(({text}) => text.includes('cyclical dependencies'));
        expect(hasCycle).toBe(graph.order.length < variables.length);
      }),
    );
  });

  test('runs whatever the selected variables need, and nothing else', () => {
    fc.assert(
      fc.property(anyContext, fc.constantFrom('raw', 'proc', 'all'), fc.constantFrom(null, true, false), (variables, trigger, cluster) => {
        const graph = buildGraph(variables);
        fc.pre(graph.order.length === variables.length);
        const selected = new Set(selectVariables(graph, {trigger, cluster}));
        for (const name of selected) expect([...allDependencies(graph, [name])].every((needed) => selected.has(needed))).toBe(true);
        for (const variable of graph.variables.values()) {
          const fits = (trigger === 'all' || variable.data === trigger) && (cluster === null || variable.cluster === cluster);
          const isNeeded = [...selected].some((name) => graph.dependencies.get(name)?.includes(variable.name));
          expect(selected.has(variable.name)).toBe(fits || isNeeded);
        }
      }),
    );
  });
});
