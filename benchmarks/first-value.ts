// How long a person waits for the first value of a run: from the request until it is in the folder and painted in a browser, against the official damnit.
import {mkdtempDisposable, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {simulate} from '@firstlight/simulator';
import {startOurs} from './first-value/ours.ts';
import {startPeer} from './first-value/peer.ts';
import {compare, Report} from './harness.ts';

const python = fileURLToPath(new URL('../.venv/bin/python', import.meta.url));
const runs = 20;
const fewerRuns = 9;
const warmUps = 2;

const context = `
from damnit_ctx import Variable

@Variable(title="Trains")
def trains(run):
    return len(run.train_ids)
`;

/** Every request is for a run that was never processed, so that a value that is there is the value asked for. */
const fresh = (): (() => number) => {
  let next = 0;
  return () => (next += 1);
};

async function main(): Promise<void> {
  // Goes after those who work in it have ended.
  await using scratch = await mkdtempDisposable(join(tmpdir(), 'firstlight-first-value-'));
  const directory = scratch.path;
  const dataRoot = join(directory, 'data');
  const contextFile = join(directory, 'context.py');
  await writeFile(contextFile, context);
  await simulate({dir: dataRoot, runs: runs + fewerRuns + warmUps, trains: 16, detector: [16, 16], procDelaySeconds: 0});
  await using peer = await startPeer(directory, dataRoot, contextFile, python);
  await using ours = await startOurs(directory, dataRoot, contextFile);
  const [ourRun, peerRun] = [fresh(), fresh()];
  const report = new Report('Firstlight', 'damnit');
  const everywhere = async () => {
    const {database, page} = await ours.process(ourRun());
    return Math.max(database, page);
  };
  report.add(
    await compare({
      figure: 'request to value, folder and page',
      unit: 's',
      ours: everywhere,
      peer: async () => (await peer.reprocess(peerRun())).database, // the peer's page is not even counted
      atLeast: 5,
      rounds: runs,
      mostRounds: runs,
    }),
  );
  report.add(
    await compare({
      figure: 'the same, peer not yet merged',
      unit: 's',
      ours: everywhere,
      peer: async () => (await peer.reprocess(peerRun())).fragment,
      atLeast: 5,
      rounds: fewerRuns,
      mostRounds: fewerRuns,
    }),
  );
}

await main();
