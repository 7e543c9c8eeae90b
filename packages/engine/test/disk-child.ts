/** Works in a folder on a small disk of its own, which it fills and frees; writes what it sees as JSON lines. */
import {closeSync, openSync, readdirSync, rmSync, writeFileSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import {isFirstlightError, sentenceOf} from '@firstlight/core';
import {Experiment} from '@firstlight/engine';
import {createFolder} from '@firstlight/store';

const [disk = '', python = ''] = process.argv.slice(2);
const dir = join(disk, 'folder');
const filler = join(disk, 'filler');
const say = (fact: unknown): void => void process.stdout.write(`${JSON.stringify(fact)}\n`);

function fill(): void {
  const file = openSync(filler, 'w');
  try {
    for (;;) writeSync(file, Buffer.alloc(4096));
  } catch {
    closeSync(file); // Full, as wanted.
  }
}

createFolder(dir, {proposal: 1234, contextPython: python});
writeFileSync(
  join(dir, 'context.py'),
  'from damnit_ctx import Variable\nimport numpy as np\n\n@Variable()\ndef big(run):\n    return np.random.rand(20000)\n\n@Variable()\ndef n(run, x: "meta#run_number"):\n    return x\n',
);
await using experiment = await Experiment.open(dir, {watch: false});
const runs = [1, 2, 3, 4].map((run) => ({proposal: 1234, run}));
let isFilled = false;
for await (const event of experiment.process({runs, mock: true})) {
  if (event.event === 'finished' && 'job' in event) say({outcome: event.outcome});
  if (event.event !== 'value' || isFilled) continue;
  isFilled = true;
  fill();
  const watching = setInterval(() => {
    if (experiment.health().disk !== 'full') return;
    say({notes: experiment.health().notes});
    clearInterval(watching);
    rmSync(filler);
  }, 50);
}
fill();
try {
  await Array.fromAsync(experiment.process({runs, mock: true}));
} catch (error) {
  say({code: isFirstlightError(error) ? error.code : null, sentence: sentenceOf(error)});
}
rmSync(filler);
say({
  inbox: readdirSync(join(dir, '.firstlight', 'inbox')),
  data: readdirSync(join(dir, 'extracted_data')).sort(),
  notes: experiment.health().notes,
});
