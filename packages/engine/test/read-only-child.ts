/** Looks at a folder that cannot be written. */
import {sentenceOf} from '@firstlight/core';
import {Experiment} from '@firstlight/engine';

const [dir = ''] = process.argv.slice(2);
await using experiment = await Experiment.open(dir);
const run = {proposal: 1234, run: 1};
const refused = await Array.fromAsync(experiment.process({runs: [run], mock: true})).catch(sentenceOf);
process.stdout.write(
  `${JSON.stringify({summary: experiment.table.cell(run, 'a').summary, readOnly: experiment.health().readOnly, refused})}\n`,
);
