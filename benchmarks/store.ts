// What a folder costs: values and bytes a second into it, one more value in a large one, and opening 10 000 runs x 300 variables; against bars, cp and the official damnit (--only=opening, adding, values or merging; --no-peer).
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {ExperimentFolder} from '@firstlight/store';
import {Report} from './harness.ts';
import {measureAdding} from './store/adding.ts';
import {makeFolder} from './store/folder.ts';
import {measureOpening} from './store/opening.ts';
import {startPeer} from './store/peer.ts';
import type {Peer} from './store/peer.ts';
import type {Places} from './store/places.ts';
import {measureMerging, measureValues} from './store/throughput.ts';

const variables = 300;
const parts = {opening: measureOpening, adding: measureAdding, merging: measureMerging, values: measureValues};

async function main(directory: string): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const folders = new Map<number, Promise<ExperimentFolder>>();
  const folder = (runs: number): Promise<ExperimentFolder> => {
    const known = folders.get(runs) ?? makeFolder(join(directory, `folder-${runs}`), {runs, variables});
    folders.set(runs, known);
    return known;
  };
  let started: Promise<Peer> | undefined;
  const peer = async (): Promise<Peer | undefined> => {
    if (process.argv.includes('--no-peer')) return undefined;
    started ??= startPeer(directory).then((theirs) => stack.use(theirs));
    return started;
  };
  const places: Places = {directory, folder, peer, bars: new Report('Firstlight', 'bar'), official: new Report('Firstlight', 'damnit')};
  const only = process.argv.filter((option) => option.startsWith('--only=')).map((option) => option.slice('--only='.length));
  for (const [name, measure] of Object.entries(parts)) if (only.length === 0 || only.includes(name)) await measure(places);
}

const directory = mkdtempSync(join(tmpdir(), 'firstlight-bench-store-'));
process.once('exit', () => rmSync(directory, {recursive: true, force: true}));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
await main(directory);
