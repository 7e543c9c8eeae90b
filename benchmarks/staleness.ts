// How long it takes to decide what is stale, for 200 variables of 500 runs: when nothing changed, and when everything did.
import {createHash} from 'node:crypto';
import {dataIdentity, identityText, judge} from '@firstlight/core';
import type {JudgedVariable, OriginInput, OriginStep, StalenessFacts} from '@firstlight/core';
import {compare, Report} from './harness.ts';

const variableCount = 200;
const runCount = 500;
const bar = 0.2; // seconds

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const nameOf = (place: number): string => `${'abcdefgh'[place % 8]}_${place}`;

/** Every second variable needs others: up to three by name, some by a glob, some through a transient one; every fifth is of processed data. */
function variables(edition: string): JudgedVariable[] {
  return Array.from({length: variableCount}, (_, place) => {
    const inputs =
      place % 2 === 0 ? [] : Array.from({length: 1 + (place % 3)}, (__, index) => nameOf(Math.floor((place * (index + 1)) / 4)));
    const named = place % 20 === 19 ? ['a_1*'] : inputs;
    return {
      name: nameOf(place),
      data: place % 5 === 4 ? 'proc' : 'raw',
      transient: place % 25 === 3,
      inputs: named.map((name, index) => ({parameter: `p${index}`, kind: 'var', name, optional: false})),
      code: {identity: sha256(`code ${place} ${edition}`), source: ''},
    };
  });
}

type Steps = Map<string, OriginStep & {transient?: Record<string, OriginStep>}>;

/** What the runners would have left of one run. */
function computed(declared: readonly JudgedVariable[], data: {raw: string; proc: string}): Steps {
  const done: Steps = new Map();
  for (const variable of declared) {
    const inputs = variable.inputs.flatMap(({parameter, name: pattern}): OriginInput[] => {
      const names = pattern.endsWith('*')
        ? declared.map(({name}) => name).filter((name) => name.startsWith(pattern.slice(0, -1)))
        : [pattern];
      return names.map((name) => ({
        parameter,
        kind: 'var',
        name,
        identity: done.get(name)?.identity ?? null,
        state: done.has(name) ? 'ok' : 'missing',
      }));
    });
    const step = {code: variable.code?.identity ?? '', data: dataIdentity(variable.data, data), inputs};
    const transient = inputs.flatMap(({name}) => {
      const found = declared.find((each) => each.name === name)?.transient ? done.get(name) : undefined;
      return found ? [[name, found] as const] : [];
    });
    done.set(variable.name, {
      identity: sha256(identityText(step)),
      ...step,
      ...(transient.length > 0 && {transient: Object.fromEntries(transient)}),
    });
  }
  return done;
}

function factsOf(declared: readonly JudgedVariable[]): StalenessFacts {
  const runs = Array.from({length: runCount}, (_, run) => ({proposal: 1234, run: run + 1}));
  const raw = runs.map(({run}) => sha256(`raw ${run}`));
  const proc = runs.map(({run}) => sha256(`proc ${run}`));
  const texts = new Map<string, number>();
  const place = (text: string): number => {
    const known = texts.get(text) ?? texts.size;
    texts.set(text, known);
    return known;
  };
  const rows = runs.flatMap((run, index) =>
    [...computed(declared, {raw: raw[index] as string, proc: proc[index] as string})].flatMap(([name, step]) =>
      declared.find((each) => each.name === name)?.transient ? [] : [{run: run.run, name: place(name), step}],
    ),
  );
  const recorded = {
    length: rows.length,
    proposal: Int32Array.from(rows, () => 1234),
    run: Int32Array.from(rows, ({run}) => run),
    name: Int32Array.from(rows, ({name}) => name),
    code: Int32Array.from(rows, ({step}) => place(step.code)),
    data: Int32Array.from(rows, ({step}) => place(step.data ?? '')),
    state: new Uint8Array(rows.length),
    identity: rows.map(({step}) => step.identity),
    ingredients: rows.map(({step: {inputs, transient}}) => JSON.stringify({inputs, ...(transient && {transient})})),
  };
  return {variables: declared, runs, raw, proc, dependsOn: {}, recorded: {...recorded, texts: [...texts.keys()]}, hasValue: () => true};
}

const declared = variables('first');
const facts = factsOf(declared);
const edited = {...facts, variables: variables('edited')};
const corrected = {...facts, proc: facts.proc.map((identity) => sha256(`${identity} again`))};

function seconds(judged: StalenessFacts): number {
  const begin = performance.now();
  judge(judged);
  return (performance.now() - begin) / 1000;
}

const report = new Report('Firstlight', 'bar');
for (const [figure, judged] of [
  ['200 variables × 500 runs, nothing changed', facts],
  ['200 variables × 500 runs, all code edited', edited],
  ['200 variables × 500 runs, all processed data corrected', corrected],
] as const) {
  report.add(await compare({figure, unit: 's', ours: () => seconds(judged), peer: () => bar, atMost: 1, rounds: 9}));
}
