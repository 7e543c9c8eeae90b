import {existsSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Cell, JobEvent, JobFinished, JobValue} from '@firstlight/core';
import {Experiment} from '@firstlight/engine';
import {createFolder} from '@firstlight/store';
import type {FeedItem} from '@firstlight/engine';
import {expect, test} from 'vitest';
import {
  folderWith,
  inboxOf,
  inDatabase,
  killAll,
  memoryLog,
  open,
  processed,
  processesIn,
  run,
  temporaryDirectory,
  until,
  writeContext,
  writerOf,
} from './tools.ts';

const simple = `
@Variable(title="Number", units="mJ")
def number(run):
    print("counting")
    return 42

@Variable(title="Double")
def double(run, number: "var#number"):
    return 2 * number

@Variable(title="Wrong")
def wrong(run):
    raise ValueError("no beam")

@Variable(title="Behind")
def behind(run, wrong: "var#wrong"):
    return 1

@Variable(title="Skipped")
def skipped(run):
    raise Skip("not today")

@Variable(title="Nothing")
def nothing(run):
    return None

@Variable(title="Inner", transient=True)
def inner(run):
    return 5

@Variable(title="Picture")
def picture(run):
    return np.arange(100.0).reshape(10, 10)
`;

const waiting = (file: string): string => `
@Variable(title="Patient")
def patient(run):
    while not os.path.exists(${JSON.stringify(file)}):
        time.sleep(0.005)
    return 1
`;

const valuesOf = (events: readonly JobEvent[]): JobValue[] => events.filter((event) => event.event === 'value');
const endsOf = (events: readonly JobEvent[]): JobFinished[] => events.filter((event) => event.event === 'finished' && 'job' in event);

async function itemsUntil(experiment: Experiment, after: number, enough: (cell: Cell) => boolean): Promise<FeedItem[]> {
  const items: FeedItem[] = [];
  for await (const item of experiment.changes.since(after, AbortSignal.timeout(20_000))) {
    items.push(item);
    if ('cells' in item && item.cells.some(enough)) return items;
  }
  throw new Error('The change did not come.');
}

test('a run is processed: events, table, database, change feed and process log agree', async () => {
  const dir = folderWith(simple);
  await using experiment = await open(dir);
  const events = await processed(experiment);

  expect(events.map(({event}) => event).filter((event) => event !== 'value')).toEqual(['queued', 'started', 'finished', 'finished']);
  expect(Object.fromEntries(valuesOf(events).map(({name, state, summary, message}) => [name, [state, summary, message]]))).toMatchObject({
    number: ['ok', 42, null],
    double: ['ok', 84, null],
    wrong: ['failed', null, expect.stringMatching(/^ValueError: no beam \(context\.py:\d+\)$/)],
    behind: ['failed', null, expect.stringContaining('(wrong) failed: ValueError: no beam')],
    skipped: ['skipped', null, 'not today'],
    nothing: ['none', null, null],
    picture: ['ok', {image: expect.stringContaining('/runs/1234/1/picture/preview.png?')}, null],
  });
  expect(events.at(-1)).toMatchObject({event: 'finished', runs: 1, values: {failed: 2, skipped: 1, none: 1, cancelled: 0}});
  expect(endsOf(events)).toMatchObject([{outcome: 'done', message: null}]);

  expect(experiment.table.variables().find(({name}) => name === 'number')).toEqual({
    name: 'number',
    title: 'Number',
    units: 'mJ',
    description: null,
    tags: [],
  });
  expect(experiment.table.variables().map(({name}) => name)).not.toContain('inner');
  expect(experiment.table.cell(run(1), 'number')).toMatchObject({state: 'ok', activity: 'idle', summary: 42});
  expect(experiment.table.cell(run(1), 'inner').state).toBe('missing');
  expect(experiment.table.runs()).toMatchObject([{proposal: 1234, run: 1, startTime: expect.any(Number)}]);

  expect(inDatabase(dir, "select value from run_variables where name = 'double'")).toContain('84');
  expect(inboxOf(dir)).toEqual([]);
  expect(readFileSync(join(dir, 'process_logs', 'r1-p1234.out'), 'utf8')).toContain('counting');
  expect(statSync(join(dir, 'process_logs', 'r1-p1234.out')).mode & 0o777).toBe(0o666);

  const items = await itemsUntil(experiment, 0, ({name, state}) => name === 'behind' && state === 'failed');
  expect(items.map(({number}) => number)).toEqual(items.map((_, index) => index + 1));
  // Steps to others are not kept, so they are no cells; a row is told by the moment at which the run began.
  const told = items.flatMap((item) => ('cells' in item ? item.cells : []));
  const columns = new Set(experiment.table.variables().map(({name}) => name));
  expect(told.filter(({name}) => !columns.has(name))).toEqual([
    expect.objectContaining({name: 'start_time', state: 'ok', activity: 'idle'}),
  ]);
});

test('a table read back from the database is the table that was announced', async () => {
  const dir = folderWith(simple);
  let cells: readonly Cell[];
  {
    await using experiment = await open(dir);
    await processed(experiment);
    cells = experiment.table.cells(run(1));
  }
  await using experiment = await open(dir);
  const known = new Map(experiment.table.cells(run(1)).map((cell) => [cell.name, cell]));
  for (const cell of cells.filter(({name}) => name !== 'picture')) expect(known.get(cell.name)).toEqual(cell);
  expect(known.get('picture')).toMatchObject({state: 'ok', summary: {image: expect.any(String)}, maxDiff: 99});
});

test('many runs go side by side, and each is done once', async () => {
  await using experiment = await open(folderWith(simple));
  const runs = Array.from({length: 12}, (_, index) => run(index + 1));
  const events = await processed(experiment, {runs: [...runs, run(3)], variables: ['double']});
  expect(new Set(endsOf(events).map((event) => event.run)).size).toBe(12);
  expect(endsOf(events)).toHaveLength(12);
  expect(events.at(-1)).toMatchObject({runs: 12, values: {ok: 36}});
});

test('what cannot be done is said before anything is queued', async () => {
  const dir = folderWith(simple, temporaryDirectory());
  await using experiment = await open(dir);
  await expect(processed(experiment, {variables: ['numbre']})).rejects.toMatchObject({
    code: 'no-such-variable',
    message: expect.stringContaining('"numbre"'),
  });
  const events = await processed(experiment, {runs: [run(99)], mock: false});
  expect(events).toMatchObject([
    {event: 'finished', run: 99, outcome: 'failed', message: expect.stringMatching(/^Proposal 1234 is not below .*\.$/)},
    {event: 'finished', runs: 1},
  ]);
  expect(inboxOf(dir)).toEqual([]);
  expect(experiment.table.runs()).toEqual([]);
});

test('the same work that waits already is joined, not done twice', async () => {
  const file = join(temporaryDirectory(), 'go');
  const dir = folderWith(waiting(file));
  await using experiment = await open(dir, {jobsAtOnce: 1});
  const first = processed(experiment, {runs: [run(1), run(2)]});
  await until('run 1 runs', () => experiment.table.cell(run(1), 'patient').activity === 'running');
  const second = processed(experiment, {runs: [run(2)]});
  await experiment.contextLoaded();
  expect(inboxOf(dir)).toHaveLength(2);
  writeFileSync(file, '');
  const jobs = new Set([...endsOf(await first), ...endsOf(await second)].map(({job}) => job));
  expect(jobs.size).toBe(2);
});

test('a person goes before the watcher, and cells say what waits', async () => {
  const file = join(temporaryDirectory(), 'go');
  await using experiment = await open(folderWith(waiting(file)), {jobsAtOnce: 1});
  const done = processed(experiment, {runs: [run(1), run(2)]});
  await until('run 1 runs', () => experiment.table.cell(run(1), 'patient').activity === 'running');
  expect(experiment.table.cell(run(2), 'patient')).toMatchObject({state: 'missing', activity: 'queued'});
  expect(experiment.health()).toMatchObject({waiting: 1, running: 1, writer: 'alive', context: 'ok'});
  writeFileSync(file, '');
  await done;
  expect(experiment.health()).toMatchObject({waiting: 0, running: 0});
});

test('an endless loop is cancelled, alone or with its job, and so is a job that waits', async () => {
  const dir = folderWith(`
@Variable(title="Endless")
def endless(run):
    while True: pass

@Variable(title="Good")
def good(run):
    return 1
`);
  await using experiment = await open(dir, {jobsAtOnce: 1});
  const isRunning = (): boolean => experiment.table.cell(run(1), 'endless').activity === 'running';
  const events: JobEvent[] = [];
  const done = (async () => {
    for await (const event of experiment.process({runs: [run(1), run(2), run(3)], mock: true})) events.push(event);
  })();
  await until('the loop runs', isRunning);
  const jobs = events.filter((event) => event.event === 'queued').map(({job}) => job);
  await experiment.cancel(jobs[2] ?? '');
  await experiment.cancel(jobs[0] ?? '', 'endless');
  await until('the next loop runs', () => experiment.table.cell(run(2), 'endless').activity === 'running');
  await experiment.cancel(jobs[1] ?? '');
  await done;
  expect(Object.fromEntries(endsOf(events).map((event) => [event.run, event.outcome]))).toEqual({
    1: 'done',
    2: 'cancelled',
    3: 'cancelled',
  });
  expect(experiment.table.cell(run(1), 'good').state).toBe('ok');
  expect(experiment.table.cell(run(1), 'endless')).toMatchObject({activity: 'idle'});
  expect(inboxOf(dir)).toEqual([]);
});

test('a request is taken back by its signal', async () => {
  const dir = folderWith(waiting('/nowhere'));
  await using experiment = await open(dir, {jobsAtOnce: 1});
  const stop = new AbortController();
  const events = Array.fromAsync(experiment.process({runs: [run(1), run(2)], mock: true}, stop.signal));
  await until('run 1 runs', () => experiment.table.cell(run(1), 'patient').activity === 'running');
  stop.abort();
  expect((await events).at(-1)).not.toMatchObject({runs: 2});
  await until('the queue is empty', () => inboxOf(dir).length === 0);
  expect(experiment.table.cell(run(2), 'patient').activity).toBe('idle');
});

test('an edited context is loaded at once, and its columns appear', async () => {
  const dir = folderWith('@Variable(title="A")\ndef a(run):\n    return 1\n');
  await using experiment = await open(dir);
  await processed(experiment);
  writeContext(dir, '@Variable(title="B")\ndef b(run):\n    return 2\n');
  const events = await processed(experiment, {variables: ['b']});
  expect(valuesOf(events).find(({name}) => name === 'b')).toMatchObject({state: 'ok', summary: 2});
  expect(experiment.table.variables().map(({name}) => name)).toEqual(['b', 'a']);
  await until('the database knows b', () => inDatabase(dir, "select title from variables where name = 'b'").includes('B'));
});

test('a context with an error holds runs back, says where it is, and they go on when it is corrected', async () => {
  const dir = folderWith('def broken(:\n    pass\n');
  await using experiment = await open(dir);
  const events = await processed(experiment, {runs: [run(1), run(2)]});
  expect(endsOf(events)).toHaveLength(2);
  expect(endsOf(events)[0]).toMatchObject({outcome: 'failed', message: expect.stringMatching(/context\.py:5:\d+: .+/)});
  expect(experiment.problems()).toMatchObject([{severity: 'error', line: 5, file: expect.stringContaining('context.py')}]);
  expect(experiment.health()).toMatchObject({context: 'broken', held: 2, waiting: 2});
  expect(inboxOf(dir)).toHaveLength(2);
  writeContext(dir, '@Variable(title="A")\ndef a(run):\n    return 1\n');
  await until('both runs are done', () => inboxOf(dir).length === 0);
  expect([run(1), run(2)].map((one) => experiment.table.cell(one, 'a').summary)).toEqual([1, 1]);
  expect(experiment.problems()).toEqual([]);
});

test('a module beside the context is a part of it', async () => {
  const dir = folderWith('import tools\n\n@Variable(title="A")\ndef a(run):\n    return tools.answer\n');
  writeFileSync(join(dir, 'tools.py'), 'answer = \n');
  await using experiment = await open(dir);
  expect((await experiment.contextLoaded()).problems).toMatchObject([{severity: 'error'}]);
  const [held] = endsOf(await processed(experiment));
  expect(held).toMatchObject({outcome: 'failed'});
  writeFileSync(join(dir, 'tools.py'), 'answer = 41\n');
  await until('the run is done', () => experiment.table.cell(run(1), 'a').summary === 41);
  writeFileSync(join(dir, 'tools.py'), 'answer = 42 + 0\n');
  expect(valuesOf(await processed(experiment)).at(-1)).toMatchObject({summary: 42});
});

test('a folder without a context can be opened, and says what is missing', async () => {
  const dir = folderWith('');
  writeFileSync(join(dir, 'context.py'), '');
  await using experiment = await open(dir);
  expect((await experiment.contextLoaded()).variables).toEqual([]);
});

test('a writer that is killed is started again, and every value arrives', async () => {
  const dir = folderWith(simple);
  await using experiment = await open(dir);
  const runs = Array.from({length: 16}, (_, index) => run(index + 1));
  const killed = new Set<number>();
  for await (const event of experiment.process({runs, mock: true})) {
    if (event.event !== 'value' || killed.size >= 3 || killed.has(writerOf(dir))) continue;
    killed.add(writerOf(dir));
    process.kill(writerOf(dir), 'SIGKILL');
  }
  expect(killed.size).toBeGreaterThan(1);
  expect(inDatabase(dir, "select count(*) from run_variables where name = 'double' and value = 84").trim()).toBe('(16,)');
  expect(experiment.health().writer).toBe('alive');
});

test('a runner that is killed costs no run', async () => {
  const dir = folderWith(simple);
  await using experiment = await open(dir);
  let kills = 0;
  const ends: JobFinished[] = [];
  for await (const event of experiment.process({runs: [run(1), run(2), run(3)], mock: true})) {
    if (event.event === 'finished' && 'job' in event) ends.push(event);
    if (event.event !== 'value' || event.name !== 'number' || kills >= 2) continue;
    kills += 1;
    killAll(processesIn(dir, 'firstlight.runner'));
  }
  expect(ends.map(({outcome}) => outcome)).toEqual(['done', 'done', 'done']);
  expect(inDatabase(dir, "select count(*) from run_variables where name = 'double' and value = 84").trim()).toBe('(3,)');
});

test('what waits when an experiment is closed is done by the next, and closing is quick', async () => {
  const file = join(temporaryDirectory(), 'go');
  const dir = folderWith(waiting(file));
  const first = await open(dir, {jobsAtOnce: 1});
  const events = first.process({runs: [run(1), run(2)], mock: true});
  await events.next();
  await until('run 1 runs', () => first.table.cell(run(1), 'patient').activity === 'running');
  const before = first.changes.current;
  const began = performance.now();
  await first[Symbol.asyncDispose]();
  expect(performance.now() - began).toBeLessThan(5000);
  expect(processesIn(dir, 'firstlight.runner')).toEqual([]);
  expect(inboxOf(dir)).toHaveLength(2);
  writeFileSync(file, '');
  await using second = await open(dir);
  const items = await itemsUntil(second, before, (cell) => cell.run === 2 && cell.state === 'ok');
  expect(items.map(({number}) => number)).toEqual(items.map((_, index) => before + index + 1));
  await until('the inbox is empty', () => inboxOf(dir).length === 0);
});

test('cells that were queued when the process ended are idle when nothing waits for them any more', async () => {
  const dir = folderWith(waiting('/nowhere'));
  {
    await using experiment = await open(dir);
    await experiment.process({runs: [run(1)], mock: true}).next();
    await until('it runs', () => experiment.table.cell(run(1), 'patient').activity === 'running');
  }
  const [entry] = inboxOf(dir);
  writeFileSync(join(dir, '.firstlight', 'inbox', entry ?? ''), 'garbage');
  const log = memoryLog();
  await using experiment = await open(dir, {log});
  const items = await itemsUntil(experiment, 0, ({name, activity}) => name === 'patient' && activity === 'idle');
  expect(items.length).toBeGreaterThan(0);
  expect(experiment.health().notes).toEqual([expect.stringMatching(/is no trigger; it was moved/)]);
  expect(existsSync(join(dir, '.firstlight', 'quarantine', entry ?? ''))).toBe(true);
});

test('what another program writes into the database is announced', async () => {
  const dir = folderWith(simple);
  await using experiment = await open(dir);
  await processed(experiment);
  const before = experiment.changes.current;
  inDatabase(
    dir,
    "insert into run_variables (proposal, run, name, version, value, timestamp, provenance, summary_method) values (1234, 1, 'comment', 1, 'nice', 1.0, '', '')",
  );
  inDatabase(dir, "update run_variables set value = 43 where name = 'number'");
  inDatabase(dir, 'insert into run_info values (1234, 9, 5.5, 6.5)');
  const items = await itemsUntil(experiment, before, ({name, summary}) => name === 'comment' && summary === 'nice');
  await until('the number is new', () => experiment.table.cell(run(1), 'number').summary === 43);
  expect(experiment.table.runs().map((row) => row.run)).toEqual([1, 9]);
  expect(experiment.table.variables().at(-1)).toMatchObject({name: 'comment', title: 'Comment'});
  const changed = items.flatMap((item) => ('cells' in item ? item.cells.map(({name}) => name) : []));
  expect(changed).not.toContain('picture');
});

test('what another program changed while nobody was there makes browsers load the table anew', async () => {
  const dir = folderWith(simple);
  {
    await using experiment = await open(dir);
    await processed(experiment);
  }
  let last: number;
  {
    await using experiment = await open(dir);
    last = experiment.changes.current;
    expect((await experiment.changes.since(1, AbortSignal.timeout(5000)).next()).value).toMatchObject({number: 2});
  }
  inDatabase(dir, "update run_variables set value = 43 where name = 'number'");
  await using experiment = await open(dir);
  expect((await experiment.changes.since(last, AbortSignal.timeout(5000)).next()).value).toMatchObject({reset: true});
  expect(experiment.table.cell(run(1), 'number').summary).toBe(43);
});

test('a folder has one owner, and who comes second learns where it is served', async () => {
  const dir = folderWith(simple);
  await using experiment = await open(dir);
  await experiment.announce('http://127.0.0.1:1/');
  await experiment.announce(null);
  await expect(open(dir)).rejects.toMatchObject({code: 'folder-owned', facts: {address: null}});
  expect(experiment.health().writer).toBe('alive');
});

test('a folder of a newer version can be looked at', async () => {
  const dir = folderWith(simple);
  {
    await using experiment = await open(dir);
    await processed(experiment);
  }
  inDatabase(dir, "update metameta set value = 5 where key = 'data_format_version'");
  await using experiment = await open(dir);
  expect(experiment.table.cell(run(1), 'number').summary).toBe(42);
  expect(experiment.health()).toMatchObject({writer: 'none', readOnly: expect.stringMatching(/\.$/)});
  await expect(processed(experiment)).rejects.toMatchObject({code: 'read-only'});
});

test('an interpreter that is missing here is replaced, with a word about it', async () => {
  const dir = folderWith(simple);
  inDatabase(dir, "update metameta set value = '/gpfs/nowhere/python' where key = 'context_python'");
  await using experiment = await open(dir);
  expect(endsOf(await processed(experiment))).toMatchObject([{outcome: 'done'}]);
  expect(experiment.health().notes).toEqual([expect.stringMatching(/\/gpfs\/nowhere\/python, cannot run its context here, so .+ is used/)]);
});

test('a context in TypeScript is processed like one in Python', async () => {
  const dir = join(temporaryDirectory(), 'folder');
  createFolder(dir, {proposal: 1234, contextPython: '/usr/bin/python3', language: 'typescript'});
  const imports = `import {meta, Skip, variable} from '@firstlight/context';\n`;
  writeFileSync(
    join(dir, 'context.ts'),
    `${imports}
export const number = variable({title: 'Number', units: 'mJ', inputs: {n: meta('run_number')}}, ({n}) => 40 + n);
export const double = variable({title: 'Double', inputs: {number}}, ({number}) => 2 * number);
export const wrong = variable({title: 'Wrong'}, () => { throw new TypeError('no beam'); });
export const skipped = variable({title: 'Skipped'}, () => { throw new Skip('not today'); });
`,
  );
  await using experiment = await open(dir);
  const events = await processed(experiment, {runs: [run(1), run(2)]});
  expect(endsOf(events).map(({outcome}) => outcome)).toEqual(['done', 'done']);
  expect(experiment.table.cell(run(2), 'double')).toMatchObject({state: 'ok', summary: 84, activity: 'idle'});
  expect(experiment.table.cell(run(1), 'wrong')).toMatchObject({state: 'failed', message: 'TypeError: no beam (context.ts:5)'});
  expect(experiment.table.cell(run(1), 'skipped')).toMatchObject({state: 'skipped', message: 'not today'});
  writeFileSync(join(dir, 'context.ts'), `${imports}\nexport const number = variable({title: 'Number'}, () => ;\n`);
  const [end] = endsOf(await processed(experiment));
  expect(end).toMatchObject({outcome: 'failed', message: expect.stringMatching(/context\.ts:3:\d+: /)});
});
