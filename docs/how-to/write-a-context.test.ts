import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {beforeAll, describe, expect, test} from 'vitest';
import {firstlight, temporaryDirectory} from '../../packages/cli/test/command.ts';

const page = readFileSync(new URL('./write-a-context.md', import.meta.url), 'utf8');

/** All examples of one language on the page, as one file. */
const examples = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, code]) => code).join('\n');

/** The values of run 1, by name, as the command prints them. */
async function valuesOf(language: 'python' | 'typescript', code: string): Promise<Map<unknown, Record<string, unknown>>> {
  using directory = temporaryDirectory();
  const [data, folder] = [join(directory.path, 'data'), join(directory.path, 'experiment')];
  await firstlight(['simulate', data, '--runs', '1', '--trains', '16', '--detector', '16x16']);
  await firstlight(['init', folder, '--proposal', '1234', '--data', data, '--language', language]);
  writeFileSync(join(folder, language === 'python' ? 'context.py' : 'context.ts'), code);
  const {lines, stderr} = await firstlight(['process', '1', '--folder', folder, '--json']);
  const values = lines.filter(({event}) => event === 'value');
  if (values.length === 0) throw new Error(`${stderr}\n${JSON.stringify(lines)}`);
  return new Map(values.map((value) => [value['name'], value]));
}

describe('the examples of "How do I write a context?"', () => {
  const found: Record<string, Map<unknown, Record<string, unknown>>> = {};

  beforeAll(async () => {
    found['python'] = await valuesOf('python', examples('python'));
    found['typescript'] = await valuesOf('typescript', examples('ts'));
  });

  test.each(['python', 'typescript'])('run in %s without an error', (language) => {
    const failed = [...(found[language]?.values() ?? [])].filter(({state}) => state !== 'ok');
    expect(failed).toEqual([]);
  });

  test('give the same variables and values in both languages', () => {
    expect(comparable(found['typescript'])).toEqual(comparable(found['python']));
  });
});

/** Values by name, numbers to the precision of the single-precision data behind them. */
const comparable = (values: Map<unknown, Record<string, unknown>> | undefined) =>
  Object.fromEntries([...(values ?? [])].map(([name, {summary}]) => [name, typeof summary === 'number' ? Number(summary.toPrecision(5)) : summary]));
