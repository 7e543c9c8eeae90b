import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {buildGraph, dependencyError, givenTo, joinContexts, stages, withoutGiven} from '../src/index.ts';
import type {DescribedEvent, Language, VariableInfo} from '../src/index.ts';

const variable = (name: string, inputs: readonly string[] = [], rest: Partial<VariableInfo> = {}): VariableInfo => ({
  name,
  title: name,
  description: null,
  tags: [],
  summary: null,
  data: 'raw',
  cluster: false,
  transient: false,
  units: null,
  inputs: inputs.map((input) => ({parameter: input, kind: 'var', name: input, optional: false})),
  line: 7,
  column: 3,
  ...rest,
});

const described = (language: Language, variables: VariableInfo[]): DescribedEvent => ({
  type: 'described',
  id: '1',
  language,
  file: language === 'python' ? 'context.py' : 'context.ts',
  variables,
  groups: [],
  problems: [],
});

const join = (python: VariableInfo[], typescript: VariableInfo[]) =>
  joinContexts([described('python', python), described('typescript', typescript)]);

test("what is behind a link that is not there is nobody's missing variable", () => {
  expect(join([variable('a', ['group.__missing__.other.energy'])], [variable('b')]).described.problems).toEqual([]);
});

test('variables of one file may need those of the other', () => {
  const {described: joined, languageOf} = join([variable('a'), variable('c', ['b'])], [variable('b', ['a'])]);
  expect(joined.problems).toEqual([]);
  expect(joined.variables.map(({name, file}) => [name, file])).toEqual([
    ['a', undefined],
    ['c', undefined],
    ['b', 'context.ts'],
  ]);
  expect(languageOf.get('b')).toBe('typescript');
});

test('processed data is needed across files', () => {
  const {described: joined} = join([variable('a', [], {data: 'proc', cluster: true})], [variable('b', ['a'])]);
  expect(joined.variables.find(({name}) => name === 'b')).toMatchObject({data: 'proc', cluster: true});
});

test('a name in both files is a problem at both places', () => {
  const {problems} = join([variable('a', [], {title: 'one'})], [variable('a', [], {title: 'two', line: 12})]).described;
  expect(problems.map(({file, line, text}) => ({file, line, text}))).toEqual([
    {file: 'context.py', line: 7, text: "The name 'a' is taken twice, here and at context.ts:12; rename one of the two."},
    {file: 'context.ts', line: 12, text: "The name 'a' is taken twice, here and at context.py:7; rename one of the two."},
  ]);
});

test('a missing input, a cycle, a title and a transient value are found across files', () => {
  const textsOf = (python: VariableInfo[], typescript: VariableInfo[]) => join(python, typescript).described.problems.map(({text}) => text);
  expect(textsOf([variable('a', ['nobody'])], [variable('b')])).toEqual([expect.stringContaining("Missing dependency: 'nobody'")]);
  expect(textsOf([variable('a', ['b'])], [variable('b', ['a'])])).toEqual([expect.stringContaining('cyclical')]);
  expect(textsOf([variable('a', [], {title: 'T'})], [variable('b', [], {title: 'T'})])).toEqual([
    expect.stringContaining('duplicate titles between them'),
  ]);
  expect(textsOf([variable('a', [], {transient: true})], [variable('b', ['a'])])).toEqual([expect.stringContaining('transient')]);
});

const graphOf = (variables: VariableInfo[]) => buildGraph(variables);
const byLetter = (name: string): Language => (name.startsWith('p') ? 'python' : 'typescript');

test('a graph of two languages is cut into as few stages as it goes', () => {
  const graph = graphOf([variable('t1'), variable('p1', ['t1']), variable('p2'), variable('t2', ['p1'])]);
  expect(stages(graph, graph.order, byLetter)).toEqual([
    {language: 'typescript', variables: ['t1']},
    {language: 'python', variables: ['p2', 'p1']},
    {language: 'typescript', variables: ['t2']},
  ]);
});

test('a stage gets the stored values that it needs, also those behind a transient one, and computes nothing else again', () => {
  const graph = graphOf([variable('p1'), variable('p2', ['p1'], {transient: true}), variable('t1', ['p1']), variable('p3', ['p2', 't1'])]);
  const [, , last] = stages(graph, graph.order, byLetter);
  expect(last).toEqual({language: 'python', variables: ['p3']});
  const given = givenTo(graph, last as NonNullable<typeof last>);
  expect(given.toSorted()).toEqual(['p1', 't1']);
  expect(withoutGiven(graph, new Set(given)).order).toEqual(['p2', 'p3']);
});

const randomGraph = fc
  .array(fc.record({isPython: fc.boolean(), needs: fc.array(fc.nat(20), {maxLength: 3})}), {minLength: 1, maxLength: 20})
  .map((nodes) => {
    const nameOf = (index: number) => `${nodes[index]?.isPython ? 'p' : 't'}${index}`;
    return graphOf(nodes.map(({needs}, index) => variable(nameOf(index), [...new Set(needs.filter((need) => need < index).map(nameOf))])));
  });

test('every variable is in one stage, after all it needs, and stages change language', () => {
  fc.assert(
    fc.property(randomGraph, (graph) => {
      const found = stages(graph, graph.order, byLetter);
      const flat = found.flatMap(({variables}) => variables);
      expect(flat.toSorted()).toEqual(graph.order.toSorted());
      for (const name of flat)
        for (const needed of graph.dependencies.get(name) ?? []) expect(flat.indexOf(needed)).toBeLessThan(flat.indexOf(name));
      expect(found.every(({language}, index) => language !== found[index + 1]?.language)).toBe(true);
      expect(found.every(({language, variables}) => variables.every((name) => byLetter(name) === language))).toBe(true);
    }),
  );
});

test('the tree of a dependency error that came as text is the tree it would be from its causes', () => {
  const errors = new Map([['a', {errorClass: 'ValueError', message: 'one\ntwo'}]]);
  const whole = dependencyError(['a'], errors);
  const {errorClass, message} = whole;
  const tree = (b: typeof whole) => dependencyError(['b', 'a'], new Map([...errors, ['b', b]])).message;
  expect(tree({errorClass, message})).toBe(tree(whole));
});
