import {spawn} from 'node:child_process';
import {mkdtempSync, rmSync, symlinkSync} from 'node:fs';
import {createServer, type RequestListener} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, expect, test} from 'vitest';
import {askServer} from '../src/commands/process.ts';
import {firstlight, launcher, printed, start, temporaryDirectory} from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'firstlight-hand-over-'));
afterAll(() => rmSync(folder, {recursive: true}));

const queued = '{"event":"queued","job":"j","proposal":1,"run":2,"trigger":"all","variables":null}\n';
const finished = '{"event":"finished","runs":1,"values":{"ok":1,"none":0,"skipped":0,"failed":0,"cancelled":0},"seconds":1}\n';

/** What the command hears from a server that answers a request for work in a certain way. */
async function heard(answer: RequestListener, asked = folder): Promise<string[]> {
  const server = createServer((request, response) =>
    request.method === 'POST' ? answer(request, response) : response.end(JSON.stringify([{id: 'p1', folder}])),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const heard: string[] = [];
  try {
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const work = {runs: [2], trigger: 'all', mock: false};
    for await (const event of askServer(address, asked, work, new AbortController().signal)) heard.push(event.event);
  } catch (error) {
    heard.push(`${(error as {code?: string}).code}: ${(error as Error).message}`);
  }
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return heard;
}

test('the events of a server come through, whatever name the folder goes by', async () => {
  const link = `${folder}-link`;
  symlinkSync(folder, link);
  try {
    expect(await heard((_, response) => response.end(queued + finished), link)).toEqual(['queued', 'finished']);
  } finally {
    rmSync(link);
  }
});

test('an error of the server is told as it would be without one', async () => {
  const body = JSON.stringify({error: {code: 'read-only', sentence: 'The folder cannot be written.'}});
  const [said] = await heard((_, response) => response.writeHead(409).end(body));
  expect(said).toBe('read-only: The folder cannot be written.');
});

test.each<[string, RequestListener]>([
  ['breaks off', (_, response) => response.write(queued, () => response.destroy())],
  ['ends too early', (_, response) => response.end(queued)],
])('a server that %s is one sentence', async (_, answer) => {
  const said = await heard(answer);
  expect(said.at(-1)).toMatch(/^server-lost: The server at http:\S+ ended before the work did; .*ask again\.$/);
});

test('what is no event is not shown as one', async () => {
  const [said] = await heard((_, response) => response.end('{"event":"value"}\n'));
  expect(said).toMatch(/^server-refused: .*is not understood/);
});

test('a simulator that was started by another process ends when that one does', async () => {
  using directory = temporaryDirectory();
  const options = ['--runs', '0', '--every', '60', '--trains', '4', '--detector', '8x8', '--until-stdin-ends'];
  const child = spawn(process.execPath, [launcher, 'simulate', directory.path, ...options], {stdio: ['pipe', 'pipe', 'pipe']});
  const ended = new Promise((resolve) => child.on('close', resolve));
  await printed(child, /run 1 /);
  child.stdin.end();
  expect(await ended).toBe(0);
});

test('a folder named twice is served once, and work for one of its names reaches the server', async () => {
  using directory = temporaryDirectory();
  const [real, link] = [join(directory.path, 'real'), join(directory.path, 'link')];
  await firstlight(['init', real, '--proposal', '1234', '--language', 'typescript']);
  symlinkSync(real, link);
  const server = start(['serve', real, link, '--port', '0', '--no-watch']);
  const ended = new Promise((resolve) => server.on('close', resolve));
  try {
    const [, url = ''] = await printed(server, /ready (http:\S+)/);
    expect(await (await fetch(new URL('/api/experiments', url))).json()).toMatchObject([{id: 'p1234'}]);
    const {code, stderr, stdout} = await firstlight(['process', '1', '--mock', '--proposal', '77', '--folder', link]);
    expect({code, stderr}).toEqual({code: 0, stderr: expect.stringContaining('is served by')});
    expect(stdout).toMatch(/\n1 run: \d+ \w+.* \(\d+\.\d s\)\n$/);
    const all = await firstlight(['process', 'all', '--proposal', '78', '--folder', link]);
    expect(all.code).toBe(1);
    expect(all.stderr).toMatch(/There are no runs of proposal 78 here/);
  } finally {
    server.kill('SIGTERM');
    await ended;
  }
});
