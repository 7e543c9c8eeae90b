import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createServer, type RequestListener} from 'node:http';
import type {AddressInfo} from 'node:net';
import {hostname, tmpdir} from 'node:os';
import {join} from 'node:path';
import {Experiment, silentLog} from '@firstlight/engine';
import {createFolder, WriterProcess} from '@firstlight/store';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {runCommand} from '../src/run-command.ts';
import {firstlight, printed, start} from './command.ts';

const parent = mkdtempSync(join(tmpdir(), 'firstlight-commands-'));
const folder = join(parent, 'folder');
beforeAll(() => createFolder(folder, {proposal: 1234, contextPython: 'python3'}));
afterAll(() => rmSync(parent, {recursive: true}));

const never = new AbortController().signal;
const proposal = {key: 'proposal', value: 1234};

/** The lines of a command, its error last. */
async function told(request: {key?: string; value?: string}, signal = never): Promise<unknown[]> {
  const lines: unknown[] = [];
  try {
    for await (const line of runCommand(folder, 'settings', request, signal)) lines.push(line);
  } catch (error) {
    lines.push(`${(error as {code?: string}).code}: ${(error as Error).message}`);
  }
  return lines;
}

describe('a folder nobody owns', () => {
  test('is read here, and its lock is not taken', async () => {
    await using writer = await WriterProcess.start(folder); // holds the lock, and has no address
    expect(writer.pid).toBeGreaterThan(0);
    expect(await told({key: 'proposal'})).toEqual([proposal]);
  });

  test('is changed here', async () => {
    expect(await told({key: 'greeting', value: 'hello'})).toEqual([{key: 'greeting', value: 'hello'}]);
    expect(await told({key: 'greeting'})).toEqual([{key: 'greeting', value: 'hello'}]);
  });

  test('starts no runner for it', async () => {
    await using experiment = await Experiment.open(folder, {watch: false, compute: false, log: silentLog});
    expect(experiment.health()).toMatchObject({context: 'loading', writer: 'alive'});
    const processing = experiment.process({runs: [{proposal: 1234, run: 1}]}).next();
    await expect(processing).rejects.toThrow(/opened without computing/);
  });

  test('tells what is wrong with a request', async () => {
    expect(await told({key: ''})).toEqual([expect.stringMatching(/^bad-request: The request to settings is not understood: "key": /)]);
    expect(await told({key: 'nothing'})).toEqual([expect.stringMatching(/^no-such-setting: /)]);
  });

  test('ends when it is told to', async () => {
    const {code, stderr} = await firstlight(['settings', 'nothing', '--folder', folder]);
    expect({code, stderr}).toEqual({code: 1, stderr: expect.stringMatching(/^✗ There is no setting "nothing"/)});
  });
});

describe('a folder that is served', () => {
  test('is read and changed by its server, with the same words', async () => {
    const server = start(['serve', folder, '--port', '0', '--no-watch']);
    const ended = new Promise((resolve) => server.on('close', resolve));
    try {
      const [, url = ''] = await printed(server, /ready (http:\S+)/);
      const post = async (name: string, body: object, headers = {}) =>
        fetch(new URL(`/api/experiments/p1234/commands/${name}`, url), {
          method: 'POST',
          headers: {'content-type': 'application/json', ...headers},
          body: JSON.stringify(body),
        });
      const {lines} = await firstlight(['settings', 'served', 'yes', '--folder', folder, '--json']);
      expect(lines).toEqual([{key: 'served', value: 'yes'}]);
      expect(await told({key: 'served'})).toEqual([{key: 'served', value: 'yes'}]);
      expect(await told({key: 'nothing'})).toEqual([expect.stringMatching(/^no-such-setting: There is no setting "nothing"/)]);
      const answer = await post('settings', {key: 'proposal'});
      expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
      expect(await answer.text()).toBe(`${JSON.stringify(proposal)}\n`);
      const unknown = await post('nonsense', {});
      expect(unknown.status).toBe(404);
      expect(await unknown.json()).toMatchObject({
        error: {code: 'no-such-command', sentence: expect.stringMatching(/there are: .*settings/)},
      });
      expect((await post('settings', {wrong: 1})).status).toBe(400);
      expect((await post('settings', {}, {origin: 'http://elsewhere.example'})).status).toBe(403);
    } finally {
      server.kill('SIGTERM');
      await ended;
    }
  });

  /** What is told when the folder's owner answers a command in a certain way. */
  async function toldBy(answer: RequestListener): Promise<unknown[]> {
    await using owner = await WriterProcess.start(folder);
    const server = createServer((request, response) =>
      request.method === 'POST' ? answer(request, response) : response.end(JSON.stringify([{id: 'p1', folder}])),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    await owner.announceAddress(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const lines = await told({key: 'lost', value: 'perhaps'});
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    return lines;
  }

  test('and whose server breaks off is one sentence, after what came before', async () => {
    const lines = await toldBy((_, response) => response.write('{"key":"a","value":1}\n', () => response.destroy()));
    expect(lines).toEqual([{key: 'a', value: 1}, expect.stringMatching(/^server-lost: The server at http:\S+ ended before/)]);
  });

  test('and whose server meets an error on the way says that', async () => {
    const error = '{"event":"error","code":"disk-full","sentence":"The disk is full."}\n';
    const lines = await toldBy((_, response) => response.end(`{"key":"a","value":1}\n${error}`));
    expect(lines).toEqual([{key: 'a', value: 1}, 'disk-full: The disk is full.']);
  });

  test('by something that is no server of ours is told so', async () => {
    expect(await toldBy((_, response) => response.end('<html>'))).toEqual([expect.stringMatching(/^server-refused: .*not understood/)]);
  });
});

test('what only reads works when the owner is gone without a word', async () => {
  const left = {pid: 1, host: hostname(), address: 'http://127.0.0.1:1/'};
  writeFileSync(join(folder, '.firstlight', 'owner.json'), JSON.stringify(left));
  expect(await told({key: 'proposal'})).toEqual([proposal]);
});

test('what was stopped before it began tells nothing', async () => {
  expect(await told({}, AbortSignal.abort())).toEqual([]);
});

test.skipIf(process.getuid?.() !== 0)('a folder that can only be looked at is read, and not changed (needs root)', async () => {
  const reader = {uid: 65_534, gid: 65_534};
  execFileSync('chmod', ['-R', 'a+rX,go-w', parent]);
  const {lines} = await firstlight(['settings', 'proposal', '--json', '--folder', folder], reader);
  expect(lines).toEqual([proposal]);
  const {code, stderr} = await firstlight(['settings', 'a', 'b', '--folder', folder], reader);
  expect({code, stderr}).toEqual({code: 1, stderr: expect.stringMatching(/✗ \S+ cannot be written by this account/)});
});
