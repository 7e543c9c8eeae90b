/** Opens a folder in a process that has just started, and says on its standard output what that took: `{first, whole}` in seconds, `megabytes` of memory then. */
import {Experiment, silentLog} from '@firstlight/engine';

const rowsOfWindow = 64;
const begun = performance.now();
const seconds = (): number => (performance.now() - begun) / 1000;

await using experiment = await Experiment.open(process.argv[2] as string, {whole: false, watch: false, compute: false, log: silentLog});
const newest = experiment.table.runs().slice(-rowsOfWindow);
await experiment.loaded(newest);
const shown = newest.reduce((sum, run) => sum + experiment.table.cells(run).length, 0);
if (shown === 0) throw new Error('The newest runs have no cells.');
const first = seconds();
await experiment.whole();
console.log(JSON.stringify({first, whole: seconds(), megabytes: process.memoryUsage().rss / 1e6}));
