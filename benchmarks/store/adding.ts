import {cellsOf, ReaderProcess, WriterProcess, writeFragment} from '@firstlight/store';
import type {ExperimentFolder} from '@firstlight/store';
import {compare} from '../harness.ts';
import {proposal, variableName} from './folder.ts';
import type {Places} from './places.ts';

const sizes = [10, 1000, 10_000] as const;
const valuesAtOnce = 5; // each for itself; their mean is one measurement

/** What one more value costs, from its fragment lying there to its summary being readable, in folders of three sizes: it must not depend on the size. */
export async function measureAdding({folder, peer, bars, official}: Places): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const reader = stack.use(await ReaderProcess.start());
  const adders = new Map<number, () => Promise<number>>();
  for (const runs of sizes) {
    const place = await folder(runs);
    const writer = stack.use(await WriterProcess.start(place.dir));
    adders.set(runs, async () => addValues({place, writer, reader, run: runs}));
  }
  const adding = (runs: number) => adders.get(runs) as () => Promise<number>;
  const [smallest] = sizes;
  for (const runs of sizes) {
    bars.add(
      await compare({
        figure: `one more value: ${runs} runs`,
        unit: 'ms',
        ours: adding(runs),
        peer: adding(smallest),
        atMost: 1.2,
        rounds: 15,
      }),
    );
  }
  await stack.disposeAsync(); // the peer needs the folders
  await againstOfficial({folder, peer, official});
}

async function againstOfficial({folder, peer, official}: Pick<Places, 'folder' | 'peer' | 'official'>): Promise<void> {
  const theirs = await peer();
  if (!theirs) return;
  for (const runs of sizes) {
    const place = await folder(runs);
    const send = async (): Promise<number> => {
      await theirs.send(place.dir, runs, [variableName(7)], 1);
      return 1000 * (await theirs.combine(place.dir));
    };
    await using reader = await ReaderProcess.start();
    const add = async (): Promise<number> => {
      await using writer = await WriterProcess.start(place.dir);
      return await addValues({place, writer, reader, run: runs}); // Awaited here: the writer ends after it.
    };
    official.add(await compare({figure: `one more value: ${runs} runs`, unit: 'ms', ours: add, peer: send, rounds: 5, mostRounds: 5}));
  }
}

let lastValue = 0;

/** Adds some values, one after the other; milliseconds for each. */
async function addValues({
  place,
  writer,
  reader,
  run,
}: {
  place: ExperimentFolder;
  writer: WriterProcess;
  reader: ReaderProcess;
  run: number;
}): Promise<number> {
  let total = 0;
  for (let i = 0; i < valuesAtOnce; i++) {
    const name = variableName(7 + i);
    lastValue += 1;
    const fragment = writeFragment(place.extractedData, {proposal, run}, [{name, outcome: {state: 'ok', cell: {data: lastValue}}}]);
    const begun = performance.now();
    await writer.merge([fragment]); // as an experiment does, which was told of it
    const [cell] = cellsOf(await reader.loadCells(place.dir, {proposal, run}, [name]), () => '');
    total += performance.now() - begun;
    if (cell?.summary !== lastValue) throw new Error(`${name} of run ${run} is ${JSON.stringify(cell?.summary)}, not ${lastValue}.`);
  }
  return total / valuesAtOnce;
}
