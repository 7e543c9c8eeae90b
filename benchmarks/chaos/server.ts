/** Works on a folder for the chaos benchmark: JSON lines on standard input are requests, those on standard output say what happens. */
import {createInterface} from 'node:readline';
import {Experiment} from '@firstlight/engine';

const [dir = '', since = '0'] = process.argv.slice(2);
const say = (fact: object): void => void process.stdout.write(`${JSON.stringify(fact)}\n`);
const experiment = await Experiment.open(dir, {watch: false});
say({ready: true});
void tellChanges();
setInterval(() => say({disk: experiment.health().disk}), 100);
for await (const line of createInterface({input: process.stdin}))
  void request(JSON.parse(line) as {runs: {proposal: number; run: number}[]});
process.exit(); // whoever started it is gone

async function request({runs}: {runs: {proposal: number; run: number}[]}): Promise<void> {
  try {
    // With the first event all of it is in the inbox, and survives this process.
    for await (const event of experiment.process({runs, mock: true})) if (event.event === 'queued') say({queued: event.run});
  } catch (error) {
    say({refused: String(error)}); // a full disk
  }
}

async function tellChanges(): Promise<void> {
  for await (const item of experiment.changes.since(Number(since))) {
    const cells =
      'cells' in item ? item.cells.map(({run, name, state, activity, message}) => ({run, name, state, activity, message})) : null;
    say({number: item.number, cells});
  }
}
