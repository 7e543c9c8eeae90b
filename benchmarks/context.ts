// How long a context takes: from the request to the first and the last value, for few and many variables, cold and warm, against the official damnit (--only=bars, describe, serial or peer: a part).
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {simulate} from '@firstlight/simulator';
import {computing, sleeping, trivial} from './context/contexts.ts';
import {openDescribing} from './context/describing.ts';
import {serveOurs} from './context/ours.ts';
import type {How, Ours, Times} from './context/ours.ts';
import {startPeer} from './first-value/peer.ts';
import type {Peer} from './first-value/peer.ts';
import {compare, Report} from './harness.ts';

const python = fileURLToPath(new URL('../.venv/bin/python', import.meta.url));
const few = 5; // Rounds with the peer: it takes seconds, and we are far from its bars.
const many = 15;
const reference = {rounds: few, mostRounds: few} as const;

// Bars in seconds are compared as if a peer took just so long.
const bar = (seconds: number) => ({peer: () => seconds, atMost: 1, rounds: many, mostRounds: 2 * many, unit: 's'}) as const;
const take = (ours: Ours, which: keyof Times, how?: How) => async () => (await ours.process(how))[which];

async function againstPeer(ours: Ours, peerWith: (context: string) => Promise<Peer>, report: Report): Promise<void> {
  for (const count of [1, 10, 100, 300]) {
    const peer = await peerWith(trivial(count));
    await ours.write(trivial(count));
    const theirs = async () => (await peer.reprocess(1)).fragment; // Theirs come all at once, and are not even merged here.
    const common = {unit: 's', peer: theirs, ...reference} as const;
    report.add(await compare({...common, figure: `${count} trivial, warm: first value`, ours: take(ours, 'first'), atLeast: 30}));
    report.add(await compare({...common, figure: `${count} trivial, warm: last value`, ours: take(ours, 'last')}));
    report.add(await compare({...common, figure: `${count} trivial, cold: first value`, ours: take(ours, 'first', {cold: true})}));
    report.add(await compare({...common, figure: `${count} trivial, cold: last value`, ours: take(ours, 'last', {cold: true})}));
  }
  for (const [what, context] of [
    ['sleeping', sleeping()],
    ['computing', computing()],
  ] as const) {
    const peer = await peerWith(context);
    await ours.write(context);
    const theirs = async () => (await peer.reprocess(1)).fragment;
    report.add(await compare({figure: `eight ${what}: last value`, unit: 's', ours: take(ours, 'last'), peer: theirs, ...reference}));
  }
}

async function againstBars(ours: Ours, report: Report): Promise<void> {
  await ours.write(trivial(1));
  report.add(await compare({...bar(0.06), figure: 'warm first value', ours: take(ours, 'first')}));
  await ours.write(trivial(300));
  report.add(await compare({...bar(0.6), figure: '300 trivial, warm: last value', ours: take(ours, 'last')}));
  await ours.write(trivial(10));
  report.add(await compare({...bar(0.15), figure: 'processor time of a warm run of ten', ours: async () => cpuOfRun(ours)}));
}

async function describedInTime(directory: string, report: Report): Promise<void> {
  await using folder = await openDescribing(directory, python);
  report.add(
    await compare({...bar(0.05), figure: 'edited context of ten, described warm', ours: async () => folder.describe(trivial(10))}),
  );
}

async function cpuOfRun(ours: Ours): Promise<number> {
  const before = ours.cpuSeconds();
  const runs = 4; // The system counts in hundredths of a second.
  for (let run = 0; run < runs; run++) await ours.process();
  return (ours.cpuSeconds() - before) / runs;
}

async function againstSerial(ours: Ours, report: Report): Promise<void> {
  const figures = [
    ['eight computing, as parallel as it goes', computing(), 0.55],
    ['eight sleeping, as parallel as it goes', sleeping(), 0.2],
  ] as const;
  for (const [figure, context, atMost] of figures) {
    await ours.write(context);
    const serial = take(ours, 'last', {parallel: 1});
    report.add(await compare({figure, unit: 's', ours: take(ours, 'last'), peer: serial, atMost, ...reference}));
  }
}

async function main(directory: string): Promise<void> {
  const dataRoot = join(directory, 'data');
  await simulate({dir: dataRoot, runs: 1, trains: 16, detector: [16, 16], procDelaySeconds: 0});
  await using ours = await serveOurs(directory, dataRoot);
  const isWanted = (part: string): boolean =>
    !process.argv.some((option) => option.startsWith('--only=')) || process.argv.includes(`--only=${part}`);
  if (isWanted('bars')) await againstBars(ours, new Report('Firstlight', 'bar'));
  if (isWanted('describe')) await describedInTime(directory, new Report('Firstlight', 'bar'));
  if (isWanted('serial')) await againstSerial(ours, new Report('parallel', 'serial'));
  let peers = 0;
  const peerWith = async (context: string): Promise<Peer> => {
    const place = mkdtempSync(join(directory, `peer-${(peers += 1)}-`));
    const file = join(place, 'context.py');
    writeFileSync(file, context);
    return startPeer(place, dataRoot, file, python);
  };
  if (isWanted('peer')) await againstPeer(ours, peerWith, new Report('Firstlight', 'damnit'));
}

const directory = mkdtempSync(join(tmpdir(), 'firstlight-context-'));
try {
  await main(directory);
} finally {
  rmSync(directory, {recursive: true, force: true});
}
