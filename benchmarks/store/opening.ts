import {execFile} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {compare, median} from '../harness.ts';
import type {Places} from './places.ts';

const child = fileURLToPath(new URL('./open-child.ts', import.meta.url));
const run = promisify(execFile);

interface Opened {
  readonly first: number;
  readonly whole: number;
  readonly megabytes: number;
}

/** How long a folder takes to open: to the newest runs, and to the whole table in typed columns; against bars in seconds and the official table. */
export async function measureOpening({folder, peer, bars, official}: Places): Promise<void> {
  const {dir} = await folder(10_000);
  const memory: number[] = [];
  const open = async (): Promise<Opened> => {
    const opened = JSON.parse((await run(process.execPath, [child, dir])).stdout) as Opened;
    memory.push(opened.megabytes);
    return opened;
  };
  const bar = (seconds: number) => ({unit: 's', peer: () => seconds, atMost: 1, rounds: 5, mostRounds: 11});
  bars.add(await compare({...bar(1), figure: '10 000 x 300: first rows', ours: async () => (await open()).first}));
  bars.add(await compare({...bar(5), figure: '10 000 x 300: whole table', ours: async () => (await open()).whole}));
  bars.add(await compare({figure: 'memory with it open', unit: 'MB', ours: () => median(memory), peer: () => 1365, rounds: 5}));
  const theirs = await peer();
  if (!theirs) return;
  const wholeOf = (runs: number) => async () => {
    const place = (await folder(runs)).dir;
    return (JSON.parse((await run(process.execPath, [child, place])).stdout) as Opened).whole;
  };
  for (const runs of [1000, 10_000]) {
    const {dir: place} = await folder(runs);
    const few = {rounds: 5, mostRounds: 5};
    official.add(
      await compare({...few, figure: `${runs} x 300: whole table`, unit: 's', ours: wholeOf(runs), peer: () => theirs.table(place)}),
    );
  }
}
