import type {CommandLine} from '@firstlight/engine';

type Line = CommandLine<'types'>;

/** Types that every program knows; all others come from the client. */
const builtIn = new Set(['number', 'bigint', 'boolean', 'string']);

/** A TypeScript module that declares what each variable gives, with what is known of it as its doc comment. */
export function declaration(experiment: string, lines: readonly Line[]): string {
  const imported = [...new Set(lines.flatMap(namesOf))].filter((name) => !builtIn.has(name)).sort();
  return [
    `// What the variables of ${experiment.replaceAll(/[\r\n]/g, ' ')} give. Made by \`firstlight types\`; make it again when they change.`,
    ...(imported.length > 0 ? [`import type {${imported.join(', ')}} from '@firstlight/client';`, ''] : ['']),
    '/** By name; null: some run has none. For `open<Experiment>(…)`. */',
    'export interface Experiment {',
    ...lines.flatMap((line) => [
      ...commentOf(line),
      `  readonly ${quoted(line.name)}: ${[...namesOf(line), ...(line.optional && line.types.length > 0 ? ['null'] : [])].join(' | ')};`,
    ]),
    '}',
    '',
  ].join('\n');
}

/** Of a variable that has no value yet nobody knows what it gives. */
const namesOf = ({types}: Line): readonly string[] => (types.length > 0 ? types : ['Value']);

function commentOf({title, units, description}: Line): string[] {
  const head = (units === null ? title : `${title} (${units})`).replaceAll(/[\r\n]+/g, ' ');
  const lines = [head, ...(description === null ? [] : ['', ...description.split('\n')])].map((line) =>
    line.trim().replaceAll('*/', '*\\/'),
  );
  return lines.length === 1
    ? [`  /** ${lines[0]} */`]
    : ['  /**', ...lines.map((line) => (line === '' ? '   *' : `   * ${line}`)), '   */'];
}

const quoted = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : `'${name.replaceAll(/['\\]/g, '\\$&')}'`);
