import * as fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {dataIdentity, globExpression, identityText, isGlob, judge, staleness, valueStates, whyText} from '../src/index.ts';
import type {JudgedVariable, OriginInput, OriginStep, RecordedOrigins} from '../src/index.ts';

/** One run of an experiment that only has identities, and computes as runners do. */
interface World {
  variables: Declared[];
  raw: string | null;
  proc: string | null;
  files: Record<string, string>;
  stored: Map<string, Stored>;
}

interface Declared {
  name: string;
  data: 'raw' | 'proc';
  transient: boolean;
  code: string;
  dependsOn: string[];
  inputs: string[];
}

type Step = OriginStep & {transient?: Record<string, OriginStep>};

interface Stored {
  state: (typeof valueStates)[number];
  step: Step;
}

const matching = (world: World, pattern: string): string[] => {
  if (!isGlob(pattern)) return [pattern];
  return ['start_time', ...world.variables.map(({name}) => name)].filter((name) => globExpression(pattern).test(name));
};

/** What a variable of some code gives: some fail, some give nothing. */
const stateOf = (code: string): Stored['state'] => valueStates[code.charCodeAt(code.length - 1) % 4] as Stored['state'];

const withIdentity = (made: Omit<OriginStep, 'identity'>): OriginStep => ({...made, identity: identityText(made)});

const start = (world: World): Stored => ({state: 'ok', step: withIdentity({code: 'start_time', data: world.raw, inputs: []})});

/** Computes some variables and all they need, and stores them. */
function compute(world: World, wanted: readonly string[]): void {
  const done = new Map<string, Stored>();
  const get = (name: string): Stored | undefined => {
    if (name === 'start_time') return start(world);
    const variable = world.variables.find((each) => each.name === name);
    if (!variable || done.has(name)) return done.get(name);
    if (variable.data === 'proc' && world.proc === null) return undefined;
    const inputs = variable.inputs.flatMap((pattern, index) =>
      matching(world, pattern).map((match) => entry(`p${index}`, match, get(match))),
    );
    const transient = Object.assign({}, ...inputs.map(({name: input}) => stepsOf(world, input, done.get(input)))) as Record<
      string,
      OriginStep
    >;
    const made = {code: variable.code, data: dataIdentity(variable.data, world), dependsOn: filesOf(world, variable), inputs};
    const value = {state: stateOf(variable.code), step: {...withIdentity(made), transient}};
    done.set(name, value);
    return value;
  };
  for (const name of wanted) get(name);
  world.stored.set('start_time', start(world));
  for (const {name, transient} of world.variables) if (!transient && done.has(name)) world.stored.set(name, done.get(name) as Stored);
}

const entry = (parameter: string, name: string, value: Stored | undefined): OriginInput => ({
  parameter,
  kind: 'var',
  name,
  identity: value?.step.identity ?? null,
  state: value?.state ?? 'missing',
});

function stepsOf(world: World, name: string, value: Stored | undefined): Record<string, OriginStep> {
  if (!value || !world.variables.find((each) => each.name === name)?.transient) return {};
  const {transient = {}, ...own} = value.step;
  return {...transient, [name]: own};
}

const filesOf = (world: World, {dependsOn}: Declared): Record<string, string> =>
  Object.fromEntries(dependsOn.map((path) => [path, world.files[path] as string]));

/** The definition: a value is fresh when all its inputs are, and its identity is what it would be if it were made now of what is stored. */
function isFresh(world: World, name: string): boolean {
  const value = world.stored.get(name) as Stored;
  if (name === 'start_time') return true;
  const now = expected(world, name);
  return now !== undefined && now.identity === value.step.identity;
}

/** Undefined: one of its inputs is stale. */
function expected(world: World, name: string): Step | undefined {
  const variable = world.variables.find((each) => each.name === name) as Declared;
  const inputs: OriginInput[] = [];
  for (const [index, pattern] of variable.inputs.entries()) {
    for (const match of matching(world, pattern)) {
      const found = currentInput(world, match);
      if (found === undefined) return undefined;
      inputs.push(entry(`p${index}`, match, found ?? undefined));
    }
  }
  return withIdentity({code: variable.code, data: dataIdentity(variable.data, world), dependsOn: filesOf(world, variable), inputs});
}

function currentInput(world: World, name: string): Stored | null | undefined {
  const variable = world.variables.find((each) => each.name === name);
  if (variable?.transient) {
    if (variable.data === 'proc' && world.proc === null) return null;
    const step = expected(world, name);
    return step && {state: stateOf(variable.code), step};
  }
  const value = world.stored.get(name);
  if (!value) return null;
  return isFresh(world, name) ? value : undefined;
}

function recordedOf(worlds: readonly World[]): RecordedOrigins {
  const rows = worlds.flatMap(({stored}, run) => [...stored].map(([name, {state, step}]) => ({run, name, state, step})));
  const texts = [...new Set(rows.flatMap(({name, step}) => [name, step.code, ...(step.data === null ? [] : [step.data])]))];
  const place = (text: string | null): number => (text === null ? -1 : texts.indexOf(text));
  return {
    length: rows.length,
    proposal: rows.map(() => 1),
    run: rows.map(({run}) => run),
    name: rows.map(({name}) => place(name)),
    code: rows.map(({step}) => place(step.code)),
    data: rows.map(({step}) => place(step.data)),
    state: rows.map(({state}) => valueStates.indexOf(state)),
    identity: rows.map(({step}) => step.identity),
    ingredients: rows.map(({step: {inputs, dependsOn = {}, transient = {}}}) => {
      const files = Object.keys(dependsOn).length > 0 && {dependsOn};
      return JSON.stringify({inputs, ...files, ...(Object.keys(transient).length > 0 && {transient})});
    }),
    texts,
  };
}

const judged = ({name, data, transient, code, dependsOn, inputs}: Declared): JudgedVariable => ({
  name,
  data,
  transient,
  inputs: inputs.map((pattern, index) => ({parameter: `p${index}`, kind: 'var', name: pattern, optional: true})),
  ...(dependsOn.length > 0 && {needs: {dependsOn}}),
  code: {identity: code, source: ''},
});

function judgeAll(worlds: readonly World[]): ReturnType<typeof judge> {
  const [{variables, files}] = worlds as [World];
  return judge({
    variables: variables.map(judged),
    runs: worlds.map((_, run) => ({proposal: 1, run})),
    raw: worlds.map(({raw}) => raw),
    proc: worlds.map(({proc}) => proc),
    dependsOn: files,
    recorded: recordedOf(worlds),
    hasValue: (run, variable) => worlds[run]?.stored.has(variables[variable]?.name ?? '') ?? false,
  });
}

const names = ['a0', 'a1', 'b0', 'b1', 'b2', 'c0', 'c1', 'c2'];
const patterns = (place: number): fc.Arbitrary<string> =>
  place === 0
    ? fc.constant('start_time')
    : fc.oneof(fc.constantFrom(...names.slice(0, place)), fc.constantFrom('a*', 'a1*'), fc.constant('start_time'));

const variablesArbitrary: fc.Arbitrary<Declared[]> = fc
  .tuple(
    ...names.map((name, place) =>
      fc.record({
        name: fc.constant(name),
        data: fc.constantFrom('raw' as const, 'raw' as const, 'proc' as const),
        transient: fc.boolean(),
        code: fc.constantFrom('x0', 'x1', 'x2', 'x4', 'x8'),
        dependsOn: fc.constantFrom<string[]>([], [], ['f'], ['f', 'g']),
        inputs: fc.array(patterns(place), {maxLength: 3}).map((all) => (name.startsWith('a') ? [] : all)),
      }),
    ),
  )
  .map(promoted);

/** As in a context, what needs processed data is of processed data. */
function promoted(variables: Declared[]): Declared[] {
  const found = new Map<string, Declared>();
  for (const variable of variables) {
    const needed = variable.inputs.flatMap((pattern) =>
      [...found.values()].filter(({name}) => (isGlob(pattern) ? globExpression(pattern).test(name) : name === pattern)),
    );
    found.set(variable.name, {...variable, data: needed.some(({data}) => data === 'proc') ? 'proc' : variable.data});
  }
  return [...found.values()];
}

const change = fc.oneof(
  fc.record({what: fc.constant('code' as const), name: fc.constantFrom(...names), code: fc.constantFrom('y0', 'y1', 'y3', 'y4')}),
  fc.record({what: fc.constantFrom('raw' as const, 'proc' as const), identity: fc.constantFrom('new', 'newer')}),
  fc.record({what: fc.constant('file' as const), path: fc.constantFrom('f', 'g')}),
  fc.record({what: fc.constant('member' as const)}),
  fc.record({what: fc.constant('compute' as const), names: fc.subarray(names)}),
);

function apply(world: World, changed: typeof change extends fc.Arbitrary<infer T> ? T : never): void {
  if (changed.what === 'code')
    world.variables = world.variables.map((each) => (each.name === changed.name ? {...each, code: changed.code} : each));
  else if (changed.what === 'raw' || changed.what === 'proc') world[changed.what] = changed.identity;
  else if (changed.what === 'file') world.files = {...world.files, [changed.path]: 'edited'};
  else if (changed.what === 'compute') compute(world, changed.names);
  else if (!world.variables.some(({name}) => name === 'a19'))
    world.variables = [{name: 'a19', data: 'raw', transient: false, code: 'n0', dependsOn: [], inputs: []}, ...world.variables];
}

describe('what is stale', () => {
  test('is what the definition says, whatever was declared, changed and computed again', () => {
    fc.assert(
      fc.property(variablesArbitrary, fc.boolean(), fc.array(change, {maxLength: 5}), (variables, hasProc, changes) => {
        const world: World = {variables, raw: 'raw', proc: hasProc ? 'proc' : null, files: {f: '1', g: '1'}, stored: new Map()};
        const untouched: World = {...world, stored: new Map()};
        compute(world, names);
        for (const each of changes) apply(world, each);
        untouched.variables = world.variables;
        const judgement = judgeAll([world, untouched]);
        for (const [place, {name, transient, data}] of world.variables.entries()) {
          const state = staleness[judgement.states[place] ?? 4];
          const hasFiles = data === 'raw' || world.proc !== null;
          const wanted = transient
            ? 'absent'
            : !world.stored.has(name)
              ? hasFiles
                ? 'missing'
                : 'absent'
              : isFresh(world, name)
                ? 'fresh'
                : 'stale';
          expect([name, state, judgement.whyOf(0, place)]).toEqual([name, wanted, judgement.whyOf(0, place)]);
          expect(judgement.whyOf(0, place).length > 0).toBe(state === 'stale');
        }
      }),
      {numRuns: 500},
    );
  });

  test('says why in words', () => {
    expect(whyText({why: 'code'})).toBe('its code was changed');
    expect(whyText({why: 'file', path: 'a.h5'})).toBe('the file a.h5 was changed');
    expect(whyText({why: 'stale-input', name: 'x'})).toBe('its input x is stale');
  });
});
