import {existsSync, readFileSync, rmSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {type ExperimentFolder, WriterProcess} from '../src/index.ts';
import {fragmentsOf, leave, newFolder, storedCells} from './folders.ts';

const everyMs = 100;

/** A writer as it would run on some machine; its lease is renewed quickly. */
const writerOn = async (machine: string, {dir}: ExperimentFolder): Promise<WriterProcess> =>
  WriterProcess.start(dir, {
    environment: {...process.env, FIRSTLIGHT_MACHINE: `${machine}/boot-of-${machine}`, FIRSTLIGHT_LEASE_MS: String(everyMs)},
  });

const leaseOf = ({privateDir}: ExperimentFolder): {owner: string; host: string; pid: number; address: string | null; counter: number} =>
  JSON.parse(readFileSync(join(privateDir, 'lease.json'), 'utf8'));

/** As on a file system that does not tell one machine of another's locks: each locks a file of its own. */
const loseLocks = ({privateDir}: ExperimentFolder): void => rmSync(join(privateDir, 'owner.sqlite'));

async function until(condition: () => boolean): Promise<void> {
  for (const end = performance.now() + 20_000; performance.now() < end; ) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('Waited in vain.');
}

const owned = {code: 'folder-owned', facts: {host: 'here', address: 'http://here:8080'}};

test('a folder that a writer on another machine owns is not taken, with locks or without, whatever the clocks say', async () => {
  const folder = newFolder();
  await using writer = await writerOn('here', folder);
  await writer.announceAddress('http://here:8080');
  await until(() => leaseOf(folder).address !== null);
  await expect(writerOn('there', folder)).rejects.toMatchObject(owned);
  loseLocks(folder);
  await expect(writerOn('there', folder)).rejects.toMatchObject(owned);
  const yesterday = Date.now() / 1000 - 86_400;
  utimesSync(join(folder.privateDir, 'lease.json'), yesterday, yesterday);
  await expect(writerOn('there', folder)).rejects.toMatchObject(owned);
  leave(folder, 'x', {data: 1});
  await writer.merge();
  expect(storedCells(folder).count).toBe(1);
});

test('a writer that was stopped loses the folder to another machine, and writes nothing when it goes on', async () => {
  const folder = newFolder();
  await using stopped = await writerOn('here', folder);
  leave(folder, 'x', {data: 1});
  await stopped.merge();
  const {pid} = stopped;
  process.kill(pid as number, 'SIGSTOP');
  try {
    // It still has the operating system's lock, as a machine that hangs has it on a file server.
    await using next = await writerOn('there', folder);
    expect(leaseOf(folder)).toMatchObject({host: 'there', pid: next.pid});
    leave(folder, 'y', {data: 2});
    process.kill(pid as number, 'SIGCONT');
    await expect(stopped.merge()).rejects.toMatchObject({code: 'folder-owned', facts: {host: 'there'}});
    await expect(stopped.edit({edit: 'setting', key: 'x', text: 'y'}, null)).rejects.toMatchObject({code: 'folder-owned'});
    await expect(stopped.foreignChanges()).rejects.toMatchObject({code: 'folder-owned'});
    expect(fragmentsOf(folder)).toHaveLength(1);
    expect(Object.keys(storedCells(folder).cells).toSorted()).toEqual(['7 x']);
    await next.merge();
    expect(Object.keys(storedCells(folder).cells).toSorted()).toEqual(['7 x', '7 y']);
  } finally {
    process.kill(pid as number, 'SIGCONT');
  }
  // The other one has given it up: it is ours again.
  leave(folder, 'z', {data: 3});
  await stopped.merge();
  expect(Object.keys(storedCells(folder).cells).toSorted()).toEqual(['7 x', '7 y', '7 z']);
});

test('a writer that was stopped in the middle of a merge does not finish it when another has the folder', async () => {
  const folder = newFolder();
  await using stopped = await WriterProcess.start(folder.dir, {
    environment: {
      ...process.env,
      FIRSTLIGHT_MACHINE: 'here/boot',
      FIRSTLIGHT_LEASE_MS: String(everyMs),
      FIRSTLIGHT_FAULT: 'stop:writer:before-rename',
    },
  });
  leave(folder, 'x', {data: 1});
  const merging = stopped.merge();
  merging.catch(() => {});
  const {pid} = stopped;
  await until(() => stateOf(pid as number) === 'T');
  {
    await using next = await writerOn('there', folder);
    await next.merge();
    leave(folder, 'y', {data: 2});
    process.kill(pid as number, 'SIGCONT');
    await expect(merging).rejects.toMatchObject({code: 'folder-owned'});
    await next.merge();
  }
  expect(Object.keys(storedCells(folder).cells).toSorted()).toEqual(['7 x', '7 y']);
  expect(fragmentsOf(folder)).toEqual([]);
});

/** What a process does; `T` is stopped. */
const stateOf = (pid: number): string | undefined => /\) (\w) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];

test('of two machines that want a dead one’s folder at once, one gets it', async () => {
  const folder = newFolder();
  const lease = {owner: 'gone', host: 'gone', boot: 'gone', pid: 1, address: null, counter: 7, everyMs};
  await (await writerOn('here', folder))[Symbol.asyncDispose]();
  writeFileSync(join(folder.privateDir, 'lease.json'), JSON.stringify(lease));
  const attempts = await Promise.allSettled(['a', 'b', 'c'].map(async (machine) => writerOn(machine, folder)));
  const winners = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
  expect(winners).toHaveLength(1);
  expect(leaseOf(folder).pid).toBe(winners[0]?.pid);
  await winners[0]?.[Symbol.asyncDispose]();
});

test('on one machine a killed writer’s folder is taken at once, and a closed one leaves no lease', async () => {
  const folder = newFolder();
  const writer = await writerOn('here', folder);
  const ended = until(() => !existsSync(`/proc/${writer.pid}`));
  process.kill(writer.pid as number, 'SIGKILL');
  await ended;
  expect(leaseOf(folder).host).toBe('here');
  // Renewed every minute, so that watching it would take five.
  writeFileSync(join(folder.privateDir, 'lease.json'), JSON.stringify({...leaseOf(folder), everyMs: 60_000}));
  await using next = await writerOn('here', folder);
  expect(leaseOf(folder).pid).toBe(next.pid);
  await next[Symbol.asyncDispose]();
  await writer[Symbol.asyncDispose]();
  expect(existsSync(join(folder.privateDir, 'lease.json'))).toBe(false);
});

test('a lease that is garbage or was deleted stops nobody', async () => {
  const folder = newFolder();
  await (await writerOn('here', folder))[Symbol.asyncDispose]();
  writeFileSync(join(folder.privateDir, 'lease.json'), 'garbage');
  await using writer = await writerOn('here', folder);
  rmSync(join(folder.privateDir, 'lease.json'));
  leave(folder, 'x', {data: 1});
  await writer.merge();
  expect(leaseOf(folder).pid).toBe(writer.pid);
});
