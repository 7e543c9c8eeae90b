import {type ChildProcess, spawn} from 'node:child_process';
import {copyFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {type Browser, chromium, type Page} from '@playwright/test';
import Database from 'better-sqlite3';

const launcher = fileURLToPath(new URL('../../packages/cli/bin/firstlight.mjs', import.meta.url));
const watched = 'trains';

/** Firstlight serving a folder, with the page open in a real browser. */
export interface Ours extends AsyncDisposable {
  /** Asks for a run; seconds until its value is in the folder's database, and painted in the page. */
  process(run: number): Promise<{database: number; page: number}>;
}

/** Serves a new folder over the same data and context, and opens its page. */
export async function startOurs(directory: string, dataRoot: string, context: string): Promise<Ours> {
  const folder = join(directory, 'ours');
  await ended(spawn(process.execPath, [launcher, 'init', folder, '--proposal', '1234', '--data', dataRoot], {stdio: 'ignore'}));
  copyFileSync(context, join(folder, 'context.py'));
  await using stack = new AsyncDisposableStack();
  const server = spawn(process.execPath, [launcher, 'serve', folder, '--port', '0', '--no-watch'], {stdio: ['ignore', 'pipe', 'ignore']});
  stack.defer(() => end(server));
  const url = await readyAddress(server);
  const [experiment] = (await (await fetch(new URL('/api/experiments', url))).json()) as {id: string}[];
  const browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: process.getuid?.() === 0 ? ['--no-sandbox'] : []});
  stack.defer(() => browser.close());
  const page = await openPage(browser, url);
  const open = stack.move();
  return {
    async process(run) {
      const begun = Date.now();
      const done = ask(new URL(`/api/experiments/${experiment?.id}/process`, url), run);
      const [database, painted] = await Promise.all([inDatabase(folder, run), inPage(page, run)]);
      await done;
      return {database: (database - begun) / 1000, page: (painted - begun) / 1000};
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const gone = new Promise((resolve) => server.on('close', resolve));
  server.kill('SIGTERM');
  await gone;
}

const ask = async (url: URL, run: number): Promise<void> => {
  const response = await fetch(url, {method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify({runs: [run]})});
  await response.text(); // ends when the job has
};

/** The time at which a run's value can be read from `runs.sqlite` by another process, found by looking every 2 ms. */
async function inDatabase(folder: string, run: number): Promise<number> {
  const database = new Database(join(folder, 'runs.sqlite'), {readonly: true});
  try {
    const find = database.prepare('SELECT 1 FROM run_variables WHERE run = ? AND name = ? AND value IS NOT NULL');
    const limit = Date.now() + 60_000;
    while (!find.get(run, watched)) {
      if (Date.now() > limit) throw new Error(`Run ${run} was not in the folder after 60 s.`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    return Date.now();
  } finally {
    database.close();
  }
}

/** The time at which a run's cell is painted: seen by the page itself, in the frame after the change. */
const inPage = (page: Page, run: number): Promise<number> =>
  page.evaluate(
    ([row, name]) =>
      new Promise<number>((resolve) => {
        const cell = `[data-run="${row}"] [data-variable="${name}"][data-state="ok"]`;
        const look = () => (document.querySelector(cell) ? requestAnimationFrame(() => resolve(Date.now())) : requestAnimationFrame(look));
        look();
      }),
    [`1234:${run}`, watched] as const,
  );

async function openPage(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage({viewport: {width: 1200, height: 1200}});
  await page.goto(url);
  await page
    .getByRole('status', {name: 'Connection'})
    .filter({hasText: /connected/i})
    .waitFor();
  return page;
}

function readyAddress(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    server.stdout?.on('data', (chunk) => {
      text += String(chunk);
      const url = /ready (http\S+)/.exec(text)?.[1];
      if (url) resolve(url);
    });
    server.on('close', (code) => reject(new Error(`The server ended with ${code}: ${text}`)));
  });
}

const ended = (child: ChildProcess) =>
  new Promise<void>((resolve, reject) => child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`Ended with ${code}.`)))));
