import {cpSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {simulate} from '@firstlight/simulator';
import {createFolder} from '@firstlight/store';
import {describe, expect, test} from 'vitest';
import {z} from 'zod';
import type {Experiment} from '@firstlight/engine';
import {open, python, run, temporaryDirectory} from './tools.ts';

const fixtures = fileURLToPath(new URL('../../../fixtures/staleness/', import.meta.url));
const names = z.union([z.literal('all'), z.array(z.string())]);
const edits = z.array(
  z.object({
    edit: z.string(),
    /** By file: what is replaced by what. */
    change: z.record(z.string(), z.array(z.tuple([z.string(), z.string()]))).default({}),
    /** The run whose files get another time. */
    touch: z.object({raw: z.int().optional(), proc: z.int().optional()}).default({}),
    /** Exactly these, of both runs or by run. */
    stale: z.union([names, z.record(z.string(), names)]),
    missing: names.default([]),
  }),
);
type Edit = z.infer<typeof edits>[number];

const patienceMs = 600_000; // some forty loads of a context, perhaps on a busy machine
const runs = [1, 2];
const wholeSecond = 1_700_000_000; // a time that can be given back exactly

/** Two runs, the second without processed data. */
async function dataRoot(): Promise<string> {
  const dir = temporaryDirectory();
  await simulate({dir, runs: 2, trains: 4, detector: [8, 8], procDelaySeconds: 0});
  const proposal = join(dir, 'SIM/202601/p001234');
  rmSync(join(proposal, 'proc/r0002'), {recursive: true});
  for (const name of readdirSync(proposal, {recursive: true, encoding: 'utf8'}))
    if (name.endsWith('.h5')) utimesSync(join(proposal, name), wholeSecond, wholeSecond);
  return dir;
}

function folderOf(language: string, data: string): string {
  const dir = join(temporaryDirectory(), 'folder');
  createFolder(dir, {proposal: 1234, contextPython: python, dataRoot: data});
  rmSync(join(dir, 'context.py')); // the example
  cpSync(join(fixtures, language), dir, {recursive: true});
  return dir;
}

/** Makes an edit; gives what takes it back. */
function apply(dir: string, data: string, {change, touch}: Edit): () => void {
  const before = Object.keys(change).map((file) => [join(dir, file), readFileSync(join(dir, file), 'utf8')] as const);
  for (const [file, replacements] of Object.entries(change)) {
    let text = readFileSync(join(dir, file), 'utf8');
    for (const [from, to] of replacements) {
      expect(text, `what is edited in ${file}`).toContain(from);
      text = text.replace(from, () => to);
    }
    writeFileSync(join(dir, file), text);
  }
  const touched = Object.entries(touch).map(([kind, number]) => touchFirst(join(data, `SIM/202601/p001234/${kind}/r000${number}`)));
  return () => {
    for (const [path, text] of before) writeFileSync(path, text);
    for (const takeBack of touched) takeBack();
  };
}

function touchFirst(directory: string): () => void {
  const path = join(directory, readdirSync(directory).find((name) => name.endsWith('.h5')) as string);
  utimesSync(path, wholeSecond, wholeSecond + 1);
  return () => utimesSync(path, wholeSecond, wholeSecond);
}

async function found(experiment: Experiment): Promise<string[]> {
  const cells = await Array.fromAsync(experiment.stale());
  expect(cells.filter(({state, why}) => state === 'stale' && why.length === 0)).toEqual([]);
  return cells.map(({run: number, name, state}) => `${state} ${number} ${name}`).sort();
}

/** The cells that an edit names: those that have a value at all. */
function expected({stale, missing}: Edit, computed: ReadonlyMap<number, readonly string[]>): string[] {
  return runs
    .flatMap((number) => {
      const all = computed.get(number) ?? [];
      const ofRun = Array.isArray(stale) || stale === 'all' ? stale : (stale[String(number)] ?? []);
      const staleNames = ofRun === 'all' ? all : ofRun.filter((name) => all.includes(name));
      return [...staleNames.map((name) => `stale ${number} ${name}`), ...[missing].flat().map((name) => `missing ${number} ${name}`)];
    })
    .sort();
}

describe.each(['python', 'typescript'])('a value of %s', (language) => {
  const table = edits.parse(JSON.parse(readFileSync(join(fixtures, language, 'edits.json'), 'utf8')));

  test(
    'is stale after exactly the edits that could change it, and fresh when they are taken back',
    async () => {
      const data = await dataRoot();
      const dir = folderOf(language, data);
      await using experiment = await open(dir);
      const events = await Array.fromAsync(experiment.process({runs: runs.map(run)}));
      const transient = new Set((await experiment.contextLoaded()).variables.filter((each) => each.transient).map(({name}) => name));
      const values = events.filter((event) => event.event === 'value').filter(({name}) => name !== 'start_time' && !transient.has(name));
      const computed = new Map(runs.map((number) => [number, values.filter((value) => value.run === number).map(({name}) => name)]));
      expect(await found(experiment)).toEqual([]);
      for (const edit of table) {
        const takeBack = apply(dir, data, edit);
        expect([edit.edit, await found(experiment)]).toEqual([edit.edit, expected(edit, computed)]);
        takeBack();
      }
      expect(await found(experiment)).toEqual([]);
    },
    patienceMs,
  );
});
