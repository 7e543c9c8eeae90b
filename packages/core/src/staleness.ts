import {valueStates} from './staleness/facts.ts';
import type {JudgedVariable, Judgement, StalenessFacts} from './staleness/facts.ts';
import {firstOfAll, inOrder, Matches, templateOf} from './staleness/inputs.ts';
import type {Named, Template} from './staleness/inputs.ts';
import type {Why} from './staleness/why.ts';
import type {OriginInput, OriginStep} from './wire/origin.ts';

/** Places in `staleness`. */
const [fresh, stale, missing, unknown, absent] = [0, 1, 2, 3, 4] as const;
const noReasons: readonly Why[] = [];
const ofAnother: readonly Why[] = [{why: 'unknown'}];

/**
 * Decides for each cell whether it is what its variable would give now: pure, from what is recorded of it and what there is.
 *
 * @example
 * const judgement = judge(facts);
 * const isStale = staleness[judgement.states[run * facts.variables.length + variable]] === 'stale';
 */
export function judge(facts: StalenessFacts): Judgement {
  const judge = new Judge(facts);
  for (let run = 0; run < facts.runs.length; run++) judge.run(run);
  return {states: judge.states, whyOf: (run, variable) => judge.whyOf(run, variable)};
}

/** One row of what is recorded is needed: what its JSON says. */
type Ingredients = Pick<OriginStep, 'inputs' | 'dependsOn'> & {readonly transient?: Readonly<Record<string, Omit<OriginStep, 'identity'>>>};

class Judge {
  readonly states: Uint8Array;
  readonly #facts: StalenessFacts;
  readonly #width: number;
  readonly #places: ReadonlyMap<string, number>;
  /** The order in which variables are judged: inputs first. */
  readonly #order: readonly number[];
  readonly #rows: Int32Array;
  readonly #startRows: Int32Array;
  readonly #codes: Int32Array;
  readonly #inputs: readonly (readonly Named[])[];
  /** What each variable's ingredients look like when nothing changed, where that is simple: names around identities and states. */
  readonly #templates: readonly (Template | undefined)[];
  /** The places of the stored variables that each needs by name. */
  readonly #needed: readonly (readonly number[])[];

  constructor(facts: StalenessFacts) {
    this.#facts = facts;
    this.#width = facts.variables.length;
    this.states = new Uint8Array(facts.runs.length * this.#width).fill(absent);
    this.#places = new Map(facts.variables.map(({name}, place) => [name, place]));
    const matches = new Matches(facts.variables);
    this.#inputs = facts.variables.map((variable) => matches.inputsOf(variable));
    this.#order = inOrder(this.#inputs, this.#places);
    const texts = new Map(facts.recorded.texts.map((text, place) => [text, place]));
    this.#codes = Int32Array.from(facts.variables, ({code}) => (code ? (texts.get(code.identity) ?? -2) : -3));
    this.#templates = facts.variables.map((variable, place) =>
      templateOf(variable, this.#inputs[place] ?? [], this.#places, facts.variables),
    );
    this.#needed = this.#inputs.map((inputs) =>
      inputs.flatMap(({names: [name = ''], isGlob: isPattern}) => (isPattern ? [] : (this.#places.get(name) ?? []))),
    );
    [this.#rows, this.#startRows] = rowsOf(facts, this.#places);
  }

  run(run: number): void {
    for (const variable of this.#order) {
      const cell = run * this.#width + variable;
      const state = this.#stateOf(run, variable, cell);
      this.states[cell] = state;
    }
  }

  whyOf(run: number, variable: number): readonly Why[] {
    const cell = run * this.#width + variable;
    if (this.states[cell] === unknown) return ofAnother;
    return this.states[cell] === stale ? this.#reasons(run, variable, this.#rows[cell] as number) : noReasons;
  }

  #stateOf(run: number, variable: number, cell: number): number {
    const declared = this.#facts.variables[variable] as JudgedVariable;
    if (declared.transient) return absent;
    const row = this.#rows[cell] as number;
    const {recorded} = this.#facts;
    if (row === -1 || recorded.identity[row] === null) return this.#withoutOrigin(run, variable, declared);
    if (this.#codes[variable] === -3) return unknown;
    if (this.#isObviouslyStale(run, variable, row)) return stale;
    if (this.#isObviouslyFresh(run, variable, row, declared)) return fresh;
    return this.#reasons(run, variable, row).length === 0 ? fresh : stale;
  }

  /** Without looking into its ingredients; the reasons are looked for when someone asks. */
  #isObviouslyStale(run: number, variable: number, row: number): boolean {
    if (this.#facts.recorded.code[row] !== this.#codes[variable]) return true;
    for (const place of this.#needed[variable] as readonly number[]) if (this.states[run * this.#width + place] === stale) return true;
    return false;
  }

  #withoutOrigin(run: number, variable: number, {data, inputs}: JudgedVariable): number {
    if (this.#facts.hasValue(run, variable)) return unknown;
    const needsParameter = inputs.some(({kind, optional}) => kind === 'param' && !optional);
    const hasFiles = (data === 'raw' ? this.#facts.raw : this.#facts.proc)[run] !== null;
    return hasFiles && !needsParameter ? missing : absent;
  }

  /** Without looking into its ingredients: they are, letter for letter, what they would be now. */
  #isObviouslyFresh(run: number, variable: number, row: number, {data}: JudgedVariable): boolean {
    const {recorded, raw, proc} = this.#facts;
    const template = this.#templates[variable];
    if (!template) return false;
    const was = recorded.texts[recorded.data[row] as number];
    const [rawNow, procNow] = [raw[run], proc[run]];
    const now = data === 'raw' || procNow === null ? rawNow : `${rawNow ?? ''}+${procNow}`;
    if ((was ?? null) !== now) return false;
    let text = template.begin;
    for (let index = 0; index < template.inputs.length; index++) {
      const place = template.inputs[index] as number;
      const cell = run * this.#width + place;
      const inputRow = this.#rows[cell] as number;
      if (inputRow === -1 || this.states[cell] !== fresh) return false;
      text += `${template.before[index]}${recorded.identity[inputRow]}","state":"${valueStates[recorded.state[inputRow] as number]}"}`;
    }
    return recorded.ingredients[row] === `${text}${template.end}`;
  }

  #reasons(run: number, variable: number, row: number): Why[] {
    const {recorded} = this.#facts;
    const ingredients = JSON.parse(recorded.ingredients[row] as string) as Ingredients;
    const text = (place: number): string | null => recorded.texts[place] ?? null;
    const step = {code: text(recorded.code[row] as number) ?? '', data: text(recorded.data[row] as number), ...ingredients};
    const whys = this.#stepReasons(run, variable, step, {transient: ingredients.transient ?? {}, asked: new Set()});
    return [...new Map(whys.map((why) => [JSON.stringify(why), why])).values()];
  }

  #stepReasons(run: number, variable: number, step: Omit<OriginStep, 'identity'>, around: Around): Why[] {
    const declared = this.#facts.variables[variable] as JudgedVariable;
    return [
      ...(declared.code?.identity === step.code ? [] : [{why: 'code'} as const]),
      ...this.#dataReasons(run, declared, step.data),
      ...(declared.needs?.dependsOn ?? []).flatMap((path) =>
        (this.#facts.dependsOn[path] ?? null) === (step.dependsOn?.[path] ?? null) ? [] : [{why: 'file', path} as const],
      ),
      ...this.#inputReasons(run, variable, step.inputs, around),
    ];
  }

  /** Files that are gone (archived, perhaps) make nothing stale: nothing else could be computed now. */
  #dataReasons(run: number, {data}: JudgedVariable, was: string | null): Why[] {
    const [rawWas, procWas] = (was ?? '').split('+') as [string, string | undefined];
    const differs = (now: string | null | undefined, before: string | undefined): boolean =>
      now !== null && now !== undefined && now !== (before ?? '');
    return [
      ...(differs(this.#facts.raw[run], rawWas) ? [{why: 'raw'} as const] : []),
      ...(data === 'proc' && differs(this.#facts.proc[run], procWas) ? [{why: 'proc'} as const] : []),
    ];
  }

  #inputReasons(run: number, variable: number, inputs: readonly OriginInput[], around: Around): Why[] {
    const used = inputs.filter(({kind}) => kind === 'var');
    const whys = used.flatMap((input) => this.#oneInput(run, input, around));
    for (const {parameter, names, isGlob: isPattern} of this.#inputs[variable] ?? []) {
      if (!isPattern) continue;
      const before = new Set(used.filter((input) => input.parameter === parameter).map(({name}) => name));
      whys.push(...names.filter((name) => !before.has(name)).map((name) => ({why: 'new-input', name}) as const));
      whys.push(...[...before].filter((name) => !names.includes(name)).map((name) => ({why: 'lost-input', name}) as const));
    }
    return whys;
  }

  #oneInput(run: number, {name, identity, state}: OriginInput, around: Around): Why[] {
    const place = this.#places.get(name);
    if (place === undefined && name !== firstOfAll) return identity === null ? [] : [{why: 'lost-input', name}];
    if (place !== undefined && this.#facts.variables[place]?.transient) return this.#transientInput(run, place, {name, state}, around);
    const row = (place === undefined ? this.#startRows[run] : this.#rows[run * this.#width + place]) as number;
    if (row === -1) return this.#inputWithoutOrigin(run, place, {name, identity, state});
    const {recorded} = this.#facts;
    const [now, stateNow] = [recorded.identity[row] ?? null, valueStates[recorded.state[row] as number]];
    if (now === null) return identity === null ? [] : [{why: 'foreign-input', name}];
    if (place !== undefined && this.states[run * this.#width + place] === stale) return [{why: 'stale-input', name}];
    if (now !== identity) return [{why: 'input', name}];
    return stateNow === state ? [] : [{why: 'state', name}];
  }

  #inputWithoutOrigin(
    run: number,
    place: number | undefined,
    {name, identity, state}: Pick<OriginInput, 'name' | 'identity' | 'state'>,
  ): Why[] {
    if (place !== undefined && this.#facts.hasValue(run, place))
      return identity === null && state !== 'missing' ? [] : [{why: 'foreign-input', name}];
    // Of a variable that was skipped for want of a parameter, and of one that gave nothing, nothing may be kept.
    if (place === undefined || state === 'missing' || state === 'skipped' || state === 'none') return [];
    return [{why: 'lost-input', name}];
  }

  /** Nothing is stored of it, so what it was made of then is held against what there is now. */
  #transientInput(run: number, place: number, {name, state}: Pick<OriginInput, 'name' | 'state'>, around: Around): Why[] {
    const step = around.transient[name];
    if (!step) return state === 'missing' ? [] : [{why: 'input', name}];
    if (around.asked.has(name)) return [];
    around.asked.add(name);
    return this.#stepReasons(run, place, step, around).map((why) => ('name' in why ? why : {why: 'stale-input', name}));
  }
}

interface Around {
  readonly transient: Readonly<Record<string, Omit<OriginStep, 'identity'>>>;
  readonly asked: Set<string>;
}

/** The rows of what is recorded, for each cell, and for each run's start time. */
function rowsOf({runs, variables, recorded}: StalenessFacts, places: ReadonlyMap<string, number>): [Int32Array, Int32Array] {
  const rows = new Int32Array(runs.length * variables.length).fill(-1);
  const startRows = new Int32Array(runs.length).fill(-1);
  const runPlaces = new Map<number, Map<number, number>>();
  runs.forEach(({proposal, run}, place) => {
    const ofProposal = runPlaces.get(proposal) ?? new Map<number, number>();
    runPlaces.set(proposal, ofProposal.set(run, place));
  });
  const placeOfText = Int32Array.from(recorded.texts, (text) => places.get(text) ?? -1);
  const start = recorded.texts.indexOf(firstOfAll);
  for (let row = 0; row < recorded.length; row++) {
    const run = runPlaces.get(recorded.proposal[row] as number)?.get(recorded.run[row] as number);
    if (run === undefined) continue;
    const name = recorded.name[row] as number;
    const variable = placeOfText[name] as number;
    if (variable !== -1) rows[run * variables.length + variable] = row;
    else if (name === start) startRows[run] = row;
  }
  return [rows, startRows];
}
