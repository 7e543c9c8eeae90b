import {mkdir, mkdtemp, readdir, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {entryOf} from '../src/queue/entry.ts';
import {Inbox} from '../src/queue/inbox.ts';

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'firstlight-inbox-'));
  onTestFinished(async () => rm(directory, {recursive: true, force: true}));
  return directory;
}

const entry = (run: number, requestedAt = run) =>
  entryOf({proposal: 1234, run, trigger: 'raw', variables: null, mock: false, signature: 'abc', by: 'watch', requestedAt});

test('triggers come back in the order they were asked for, each once', async () => {
  const directory = await temporaryDirectory();
  const inbox = await Inbox.open(directory);
  await inbox.add([entry(3, 1), entry(1, 2)]);
  await inbox.add([entry(2, 0), entry(3, 1)]);
  expect((await (await Inbox.open(directory)).list()).entries.map(({run}) => run)).toEqual([2, 3, 1]);
  await inbox.remove(entry(3).key);
  await inbox.remove(entry(3).key);
  expect((await inbox.list()).entries.map(({run}) => run)).toEqual([2, 1]);
});

test('the same files make the same trigger, whenever they are seen', () => {
  expect(entry(1, 5).key).toBe(entry(1, 9).key);
  expect(entryOf({...entry(1), signature: 'later'}).key).not.toBe(entry(1).key);
});

test('what is no trigger is set aside with a sentence, and the rest is read', async () => {
  const directory = await temporaryDirectory();
  const inbox = await Inbox.open(directory);
  await inbox.add([entry(1)]);
  await writeFile(join(directory, 'inbox', 'notes.json'), 'hello');
  await writeFile(join(directory, 'inbox', 'other.json'), JSON.stringify({...entry(2), run: 'two'}));
  await writeFile(join(directory, 'inbox', 'copied.json'), JSON.stringify(entry(2)));
  await writeFile(join(directory, 'inbox', '.x.json.writing'), '{"key":');
  await mkdir(join(directory, 'inbox', 'folder.json'));
  const {entries, quarantined} = await inbox.list();
  expect(entries).toEqual([entry(1)]);
  expect(quarantined).toHaveLength(4);
  expect(
    quarantined.every((sentence) => /^\S+\.json in the inbox is no trigger; it was moved to .+ and can be deleted\.$/.test(sentence)),
  ).toBe(true);
  expect(await readdir(join(directory, 'inbox'))).toEqual([`${entry(1).key}.json`]);
  expect((await inbox.list()).quarantined).toEqual([]);
});
