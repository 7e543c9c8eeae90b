/** Computes a value that does not fit on a small disk, which then gets larger; writes what it sees as JSON lines. */
import {execFileSync} from 'node:child_process';
import {readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {silentLog, Experiment} from '@firstlight/engine';
import {createFolder} from '@firstlight/store';

const [disk = '', python = '', language = 'python'] = process.argv.slice(2);
const dir = join(disk, 'folder');
const say = (fact: unknown): void => void process.stdout.write(`${JSON.stringify(fact)}\n`);

createFolder(dir, {proposal: 1234, contextPython: python, language: language === 'python' ? 'python' : 'typescript'});
const contexts = {
  'context.py':
    'from damnit_ctx import Variable\nimport numpy as np\n\n@Variable()\ndef a(run):\n    return 1\n\n@Variable()\ndef big(run):\n    return np.random.rand(1000, 1000)\n\n@Variable()\ndef z(run):\n    return 2\n',
  'context.ts':
    "import {variable} from '@firstlight/context';\nexport const a = variable({}, () => 1);\nexport const big = variable({}, () => new Float64Array(1_000_000));\nexport const z = variable({}, () => 2);\n",
};
const file = language === 'python' ? 'context.py' : 'context.ts';
writeFileSync(join(dir, file), contexts[file]);
await using experiment = await Experiment.open(dir, {watch: false, log: silentLog});
const watching = setInterval(() => {
  if (experiment.health().disk !== 'full') return;
  clearInterval(watching);
  say({inbox: readdirSync(join(dir, '.firstlight', 'inbox')).length, notes: experiment.health().notes});
  execFileSync('mount', ['-o', 'remount,size=100m', disk]);
}, 10);
const run = {proposal: 1234, run: 1};
for await (const event of experiment.process({runs: [run], mock: true})) {
  if (event.event === 'finished' && 'job' in event) say({outcome: event.outcome, message: event.message});
}
say({
  states: ['a', 'big', 'z'].map((name) => experiment.table.cell(run, name).state),
  inbox: readdirSync(join(dir, '.firstlight', 'inbox')).length,
  notes: experiment.health().notes,
});
