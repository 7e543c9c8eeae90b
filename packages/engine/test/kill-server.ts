/** A server for the kill test: works on a folder, and writes each change after a number to standard output as a JSON line. */
import {summaryToJson} from '@firstlight/core';
import {Experiment} from '@firstlight/engine';

const [dir = '', since = '0'] = process.argv.slice(2);
const experiment = await Experiment.open(dir, {pollMs: 100, settleMs: 100});
process.stdout.write(`${JSON.stringify({open: experiment.changes.current})}\n`);
for await (const item of experiment.changes.since(Number(since))) {
  const cells =
    'cells' in item
      ? item.cells.map(({run, name, state, activity, summary}) => ({run, name, state, activity, summary: summaryToJson(summary)}))
      : null;
  process.stdout.write(`${JSON.stringify({number: item.number, cells})}\n`);
}
