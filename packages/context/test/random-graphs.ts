/** Random contexts, written in both languages. */
import type {DeclaredVariable} from '@firstlight/core';
import * as fc from 'fast-check';

/** What a variable does when it is computed. */
const outcomes = ['value', 'value', 'value', 'none', 'skip', 'skip silently', 'fail', 'fail silently', 'fail at length'] as const;

interface RandomVariable {
  readonly name: string;
  readonly outcome: (typeof outcomes)[number];
  readonly data: 'raw' | 'proc' | null;
  readonly cluster: boolean;
  readonly transient: boolean;
  readonly inputs: readonly {readonly parameter: string; readonly name: string; readonly isGlob: boolean; readonly isOptional: boolean}[];
}

const seed = fc.record({
  outcome: fc.constantFrom(...outcomes),
  data: fc.constantFrom(null, null, null, 'raw' as const, 'proc' as const),
  cluster: fc.boolean(),
  transient: fc.constantFrom(false, false, true),
  inputs: fc.array(
    fc.record({of: fc.uniqueArray(fc.nat(9), {minLength: 1, maxLength: 4}), isGlob: fc.boolean(), isOptional: fc.boolean()}),
    {
      maxLength: 3,
    },
  ),
});

/** Contexts of independent graphs of up to ten variables each. */
export const randomContext = (graphs: number): fc.Arbitrary<RandomVariable[]> =>
  fc
    .array(fc.array(seed, {minLength: 2, maxLength: 10}), {minLength: graphs, maxLength: graphs})
    .map((all) => all.flatMap((seeds, graph) => seeds.map((each, i) => variableOf(each, `g${graph}_`, i))));

type Seed = typeof seed extends fc.Arbitrary<infer T> ? T : never;

function variableOf({outcome, data, cluster, transient, inputs}: Seed, prefix: string, i: number): RandomVariable {
  // Only earlier variables are asked for, so that there is no cycle.
  const wanted = i === 0 ? [] : inputs.map((input) => ({...input, of: [...new Set(input.of.map((n) => n % i))]}));
  return {
    name: `${prefix}${i}`,
    outcome,
    // What needs processed data must not say that it runs on raw data.
    data: data === 'raw' && wanted.length > 0 ? null : data,
    cluster: cluster && i % 3 === 0,
    transient,
    inputs: wanted.map(({of, isGlob, isOptional}, n) => ({
      parameter: `a${n}`,
      name: `${prefix}${isGlob ? `[${of.join('')}]` : of[0]}`,
      isGlob,
      isOptional,
    })),
  };
}

/** As our planner takes it. */
export const declaredVariables = (variables: readonly RandomVariable[]): DeclaredVariable[] =>
  variables.map(({name, data, cluster, transient, inputs}) => ({
    name,
    title: name,
    description: null,
    tags: [],
    summary: null,
    data,
    cluster,
    transient,
    units: null,
    inputs: inputs.map(({parameter, name, isOptional}) => ({parameter, kind: 'var', name, optional: isOptional})),
    line: null,
    column: null,
  }));

const pythonBodies = {
  none: 'return None',
  skip: 'raise Skip("not today")',
  'skip silently': 'raise Skip',
  fail: 'raise ValueError("wrong")',
  'fail silently': 'raise ValueError',
  'fail at length': 'raise OSError("first\\nsecond\\n\\nfourth")',
} as const;

/** The context in Python. */
export const pythonContext = (variables: readonly RandomVariable[]): string => [pythonHead, ...variables.map(pythonVariable)].join('\n');

const pythonHead = `from damnit_ctx import Skip, Variable


def tell(given):
    seen = {key: "default" if value == "default" else ",".join(sorted(value)) if isinstance(value, dict) else "given" for key, value in given.items()}
    return " ".join(f"{key}={value}" for key, value in seen.items())
`;

function pythonVariable({name, outcome, data, cluster, transient, inputs}: RandomVariable): string {
  const options = `data=${data === null ? 'None' : `"${data}"`}, cluster=${truth(cluster)}, transient=${truth(transient)}`;
  const parameters = inputs.map(({parameter, name, isOptional}) => `, ${parameter}: "var#${name}"${isOptional ? ' = "default"' : ''}`);
  const given = inputs.map(({parameter}) => `"${parameter}": ${parameter}`).join(', ');
  const body = outcome === 'value' ? `return tell({${given}})` : pythonBodies[outcome];
  return `\n@Variable(${options})\ndef ${name}(run${inputs.length > 0 ? ', *' : ''}${parameters.join('')}):\n    ${body}\n`;
}

const truth = (value: boolean): string => (value ? 'True' : 'False');

const typescriptBodies = {
  none: 'return null;',
  skip: "throw new Skip('not today');",
  'skip silently': 'throw new Skip();',
  fail: "throw new ValueError('wrong');",
  'fail silently': 'throw new ValueError();',
  'fail at length': "throw new OSError('first\\nsecond\\n\\nfourth');",
} as const;

/** The context in TypeScript. */
export const typescriptContext = (variables: readonly RandomVariable[]): string =>
  [typescriptHead, ...variables.map(typescriptVariable)].join('\n');

const typescriptHead = `import {glob, optional, Skip, variable} from '@firstlight/context';

class ValueError extends Error {}
class OSError extends Error {}

const seen = (value: unknown): string =>
  value === 'default' ? 'default' : typeof value === 'object' && value !== null ? Object.keys(value).sort().join(',') : 'given';
const tell = ({run, ...given}: Record<string, unknown>): string =>
  Object.entries(given).map(([key, value]) => \`\${key}=\${seen(value)}\`).join(' ');
`;

function typescriptVariable({name, outcome, data, cluster, transient, inputs}: RandomVariable): string {
  const asked = inputs.map(({parameter, name, isGlob, isOptional}) => {
    const input = isGlob ? `glob('${name}')` : name;
    return `${parameter}: ${isOptional ? `optional(${input}, 'default')` : input}`;
  });
  const options = `data: ${data === null ? 'undefined' : `'${data}'`}, cluster: ${cluster}, transient: ${transient}`;
  const body = outcome === 'value' ? 'return tell(given);' : typescriptBodies[outcome];
  return `export const ${name} = variable({${options}, inputs: {${asked.join(', ')}}} as never, (given: never): never => {${body.replace('tell(given)', 'tell(given) as never')}}) as never;`;
}
