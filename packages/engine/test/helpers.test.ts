import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {createFolder} from '@firstlight/store';
import {expect, test} from 'vitest';
import {open, processed, python, run, temporaryDirectory} from './tools.ts';

const files = {
  python: {
    'context.py': 'from damnit_ctx import Variable\nimport lib.helper\n@Variable\ndef number(run): return lib.helper.number\n',
    'lib/helper.py': 'number = NUMBER\n',
  },
  typescript: {
    'context.ts': `import {variable} from '@firstlight/context';\nimport {number as given} from './lib/helper.ts';\nexport const number = variable(() => given);\n`,
    'lib/helper.ts': 'export const number = NUMBER;\n',
  },
} as const;

test.each(['python', 'typescript'] as const)(
  'a helper in a folder below that was edited counts for the next run (%s)',
  async (language) => {
    const dir = join(temporaryDirectory(), 'folder');
    createFolder(dir, {proposal: 1234, contextPython: python, language});
    mkdirSync(join(dir, 'lib'));
    const [[context, text], [helper, itsText]] = Object.entries(files[language]) as [[string, string], [string, string]];
    writeFileSync(join(dir, context), text);
    const save = (number: number): void => writeFileSync(join(dir, helper), itsText.replace('NUMBER', String(number)));
    save(1);
    await using experiment = await open(dir);
    for (const number of [1, 22, 333]) {
      save(number);
      await processed(experiment, {runs: [run(number)]});
      expect(experiment.table.cell(run(number), 'number').summary).toBe(number);
    }
  },
);
