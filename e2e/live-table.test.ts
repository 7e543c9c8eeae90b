import {existsSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {AxeBuilder} from '@axe-core/playwright';
import type {Browser, Page} from 'playwright-core';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {cellOf, chromiumPath, launch, openPage} from './browser.ts';
import {ensurePageBuilt} from './built-page.ts';
import {Product} from './product.ts';

const screenshot = fileURLToPath(new URL('../docs/screenshot.png', import.meta.url));
const reason = chromiumPath ? '' : ' (skipped: there is no Chromium; install it or name it by FIRSTLIGHT_CHROMIUM)';
const waitMs = 60_000;
const everything = {viewport: {width: 3400, height: 860}}; // every column at once

describe.skipIf(!chromiumPath)(`the live table in a browser${reason}`, () => {
  let product: Product;
  let browser: Browser;

  beforeAll(async () => {
    await ensurePageBuilt();
    [product, browser] = await Promise.all([Product.start(), launch()]);
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    await product?.[Symbol.asyncDispose]();
  });

  test('an empty table says what it waits for, and fills by itself with values of every kind', {timeout: 180_000}, async () => {
    const {page, complaints} = await openPage(browser, product.url, everything);
    await page.getByRole('heading', {name: 'No runs yet'}).waitFor();
    await page.getByRole('status', {name: 'Connection'}).getByText('Connected').waitFor();
    await product.simulate(4);
    for (let run = 1; run <= product.runs; run += 1) await page.locator(`[role=row][data-run="1234:${run}"]`).waitFor({timeout: waitMs});
    await expect.poll(() => unfinished(product), {timeout: 120_000, interval: 250}).toEqual([]);
    await expectSameAsServer(page, product);

    const state = (run: number, name: string) => cellOf(page, run, name).getAttribute('data-state');
    expect(await cellOf(page, 1, 'trains').textContent()).toBe('32');
    expect(await cellOf(page, 1, 'photon_energy').getAttribute('aria-label')).toMatch(/^run 1, Photon energy, [\d.]+ keV$/);
    expect(await cellOf(page, 1, 'beam_stable').textContent()).toMatch(/[✓✗]/);
    expect(await cellOf(page, 1, 'drift').textContent()).toMatch(/ [+-] .*i μJ$/);
    expect(await cellOf(page, 1, 'detector_signal').locator('svg path').getAttribute('d')).toMatch(/^M[\d.]+ [\d.]+L/);
    await cellOf(page, 1, 'mean_frame').scrollIntoViewIfNeeded();
    await expect
      .poll(() =>
        cellOf(page, 1, 'mean_frame')
          .locator('img')
          .evaluate((image: HTMLImageElement) => image.naturalWidth),
      )
      .toBeGreaterThan(0);
    expect([await state(1, 'note'), await state(1, 'always_skipped'), await state(1, 'always_fails')]).toEqual([
      'none',
      'skipped',
      'failed',
    ]);
    expect(await cellOf(page, 1, 'always_skipped').getAttribute('title')).toBe('the sample was not in the beam');
    expect(await cellOf(page, 1, 'always_fails').getAttribute('aria-label')).toMatch(/^run 1, Test\/Always fails, failed: IndexError/);
    expect(complaints).toEqual([]);
  });

  test('the newest run is on top, rows and columns are counted, and a button turns the order round', async () => {
    const {page, complaints} = await openPage(browser, product.url);
    const grid = page.getByRole('grid', {name: 'Runs'});
    await cellOf(page, product.runs, 'trains').waitFor();
    const order = () =>
      page.locator('[role=row][data-run]').evaluateAll((rows) =>
        rows
          .filter((row) => row.checkVisibility())
          .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
          .map((row) => row.getAttribute('data-run')),
      );
    expect(await order()).toEqual(['1234:4', '1234:3', '1234:2', '1234:1']);
    expect(await grid.getAttribute('aria-rowcount')).toBe(String(product.runs + 1));
    expect(await page.locator(`[data-run="1234:${product.runs}"]`).getAttribute('aria-rowindex')).toBe('2');
    expect(await grid.getAttribute('aria-colcount')).toBe(String((await product.table()).columns.length + 2));
    await page.getByRole('button', {name: 'Newest first'}).click();
    await expect.poll(order).toEqual(['1234:1', '1234:2', '1234:3', '1234:4']);
    await page.getByRole('button', {name: 'Oldest first'}).click();
    await expect.poll(order).toEqual(['1234:4', '1234:3', '1234:2', '1234:1']);
    expect(complaints).toEqual([]);
  });

  test('a cell opens its data beside the table, and the address says which', async () => {
    const {page, complaints} = await openPage(browser, product.url, everything);
    const inspector = page.getByRole('region', {name: 'Inspector'});

    await cellOf(page, 2, 'train_energy').click();
    await inspector
      .getByRole('img', {name: /^Line of Energy per train: 32 points over trainId/})
      .locator('canvas')
      .waitFor();
    await inspector.getByText('μJ').first().waitFor();
    expect(new URL(page.url()).hash).toBe('#/p1234/run/2/train_energy');

    await cellOf(page, 2, 'mean_frame').click();
    const image = inspector.getByRole('img', {name: /^Image of Mean frame: 64 × 64, colours from .* ADU$/});
    await image.waitFor();
    await image.hover({position: {x: 200, y: 150}});
    await inspector.getByText(/^y \d+, x \d+: [\d.e-]+ ADU$/).waitFor();

    await cellOf(page, 2, 'cube').click();
    await inspector.getByRole('slider').waitFor();
    await inspector.getByRole('slider').fill('3');
    await inspector.getByText('3 of 4').waitFor();
    await inspector.getByRole('img', {name: /^Image of Test\/Cube: 64 × 64/}).waitFor();

    await cellOf(page, 2, 'peak_path').click();
    await inspector.locator('.js-plotly-plot .scatterlayer path').first().waitFor({timeout: waitMs});

    await cellOf(page, 2, 'scan_plot').click();
    await expect
      .poll(() => inspector.getByRole('img', {name: 'Picture of Scan plot'}).evaluate((picture: HTMLImageElement) => picture.naturalWidth))
      .toBeGreaterThan(100);

    await cellOf(page, 2, 'always_fails').click();
    await inspector.getByText('IndexError').waitFor();
    expect(new URL(page.url()).hash).toBe('#/p1234/run/2/always_fails');

    await page.goBack();
    await inspector.getByRole('heading', {name: 'Scan plot'}).waitFor();
    await page.reload();
    await inspector.getByRole('heading', {name: 'Scan plot'}).waitFor();
    await page.keyboard.press('Escape');
    await inspector.waitFor({state: 'detached'});
    expect(new URL(page.url()).hash).toBe('#/');
    expect(complaints).toEqual([]);
  });

  test('every download is what it says', async () => {
    const {page, complaints} = await openPage(browser, `${product.url}#/p1234/run/2/mean_frame`);
    const inspector = page.getByRole('region', {name: 'Inspector'});
    await inspector.getByRole('link', {name: 'NumPy'}).waitFor();
    const starts: Record<string, string> = {NumPy: '\x93NUMPY', Arrow: '\xff\xff\xff\xff', 'PNG of the preview': '\x89PNG'};
    for (const [name, start] of Object.entries(starts)) {
      const address = await inspector.getByRole('link', {name}).getAttribute('href');
      const body = await (await page.request.get(new URL(address ?? '', product.url).href)).body();
      expect(body.subarray(0, start.length).toString('latin1')).toBe(start);
    }
    expect(complaints).toEqual([]);
  });

  test('everything can be reached with the keyboard', async () => {
    const {page, complaints} = await openPage(browser, product.url);
    const grid = page.getByRole('grid', {name: 'Runs'});
    const inspector = page.getByRole('region', {name: 'Inspector'});
    const active = () =>
      grid.evaluate((element) => document.getElementById(element.getAttribute('aria-activedescendant') ?? '')?.getAttribute('aria-label'));
    await cellOf(page, 1, 'trains').waitFor();
    await grid.focus();
    await page.keyboard.press('ArrowDown');
    await expect.poll(active).toBe(`run ${product.runs}`);
    for (const key of ['ArrowDown', 'ArrowRight', 'ArrowRight']) await page.keyboard.press(key);
    await expect.poll(active).toBe(`run ${product.runs - 1}, Trains, 32`);
    await page.keyboard.press('End');
    await expect.poll(active).toMatch(new RegExp(`^run ${product.runs - 1}, Test/Cube`));
    await page.keyboard.press('Home');
    await expect.poll(active).toBe(`run ${product.runs - 1}`);
    await page.keyboard.press('Control+End');
    await expect.poll(active).toMatch(/^run 1, Test\/Cube/);
    await page.keyboard.press('Enter');
    await inspector.getByRole('heading', {name: 'Test/Cube'}).waitFor();
    await page.keyboard.press('PageUp');
    await inspector.getByText(`run ${product.runs}`).waitFor();
    await page.keyboard.press('Escape');
    await inspector.waitFor({state: 'detached'});
    expect(await grid.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(complaints).toEqual([]);
  });

  test('light and dark are different, each readable, and kept', async () => {
    const {page, complaints} = await openPage(browser, `${product.url}#/p1234/run/2/mean_frame`, {colorScheme: 'dark'});
    await page.getByRole('img', {name: /^Image of Mean frame/}).waitFor();
    const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(await paper()).toBe('rgb(18, 22, 27)');
    await expectAccessible(page);
    await page.getByRole('combobox', {name: 'Theme'}).selectOption('light');
    expect(await paper()).toBe('rgb(255, 255, 255)');
    await expectAccessible(page);
    await page.reload();
    await page.getByRole('img', {name: /^Image of Mean frame/}).waitFor();
    expect(await paper()).toBe('rgb(255, 255, 255)');
    await page.goto(`${product.url}#/p1234/run/2/always_fails`);
    await page.getByRole('region', {name: 'Inspector'}).getByText('IndexError').waitFor();
    await expectAccessible(page);
    expect(complaints).toEqual([]);
  });

  test('in a narrow window nothing of the bar is cut off', async () => {
    const {page} = await openPage(browser, product.url, {viewport: {width: 420, height: 700}});
    await page.getByRole('status', {name: 'Connection'}).getByText('Connected').waitFor();
    for (const width of [360, 420, 700, 801]) {
      await page.setViewportSize({width, height: 700});
      const rights = await page.locator('.bar > *').evaluateAll((parts) => parts.map((part) => part.getBoundingClientRect().right));
      expect(Math.max(...rights)).toBeLessThanOrEqual(width);
    }
  });

  test('a column is as wide as one draws it', async () => {
    const {page, complaints} = await openPage(browser, product.url);
    const heading = page.getByRole('columnheader', {name: 'What'});
    const width = () => heading.evaluate((element) => element.getBoundingClientRect().width);
    await cellOf(page, 1, 'what').waitFor();
    const before = await width();
    const handle = await heading.locator('.handle').boundingBox();
    await page.mouse.move((handle?.x ?? 0) + 4, (handle?.y ?? 0) + 20);
    await page.mouse.down();
    await page.mouse.move((handle?.x ?? 0) + 104, (handle?.y ?? 0) + 20, {steps: 4});
    await page.mouse.up();
    await expect.poll(width).toBe(before + 100);
    await page.reload();
    await cellOf(page, 1, 'what').waitFor();
    await expect.poll(width).toBe(before + 100);
    await heading.locator('.handle').dblclick();
    await expect.poll(width).toBe(before);
    expect(complaints).toEqual([]);
  });

  test('what is wrong with the context file is shown with its place, and gone when it is mended', async () => {
    const {page, complaints} = await openPage(browser, product.url);
    await cellOf(page, 1, 'trains').waitFor();
    await product.writeContext((text) => `${text}\n\ndef broken(:\n    pass\n`);
    await page.getByText(/1 error in the context file/).waitFor({timeout: waitMs});
    await page.getByText(/^context\.py:\d+/).waitFor();
    await product.writeContext((text) => text);
    await page.getByText(/error in the context file/).waitFor({state: 'detached', timeout: waitMs});
    expect(complaints).toEqual([]);
  });

  test('new runs are followed, but never push away what someone looks at', {timeout: 120_000}, async () => {
    const {page, complaints} = await openPage(browser, product.url, {viewport: {width: 1440, height: 170}}); // two and a half rows
    const grid = page.getByRole('grid', {name: 'Runs'});
    const topOf = (run: number) => page.locator(`[data-run="1234:${run}"]`).evaluate((row) => row.getBoundingClientRect().top);
    await cellOf(page, product.runs, 'trains').waitFor();
    await product.simulate(1);
    await cellOf(page, product.runs, 'trains').getByText('32').waitFor({timeout: waitMs});
    await grid.hover();
    await page.mouse.wheel(0, 80);
    await expect.poll(() => grid.evaluate((element) => element.scrollTop), {timeout: waitMs}).toBe(80);
    const before = await topOf(2);
    await product.simulate(1);
    const button = page.getByRole('button', {name: '1 new run'});
    await button.waitFor({timeout: waitMs});
    expect(await topOf(2)).toBe(before);
    await button.click();
    await page.locator(`[data-run="1234:${product.runs}"]`).waitFor();
    await button.waitFor({state: 'detached'});
    expect(complaints).toEqual([]);
  });

  test('the first screen brings neither Plotly nor the plots', async () => {
    const {page} = await openPage(browser, 'about:blank');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.goto(product.url);
    await cellOf(page, 1, 'trains').waitFor();
    expect(asked.filter((path) => /plotly|LineView|FigureView|Inspector/i.test(path))).toEqual([]);
  });

  test('several experiments have a chooser, and each its address', {timeout: 120_000}, async () => {
    await using both = await Product.start({proposals: [1234, 4321]});
    const {page, complaints} = await openPage(browser, both.url);
    const chooser = page.getByRole('combobox', {name: 'Experiment'});
    await page.getByRole('heading', {name: 'p1234', level: 1}).waitFor();
    const ids = await chooser.getByRole('option').allTextContents();
    expect(ids).toHaveLength(2);
    await chooser.selectOption(ids[1] ?? '');
    await page.getByRole('heading', {name: 'p4321', level: 1}).waitFor();
    expect(new URL(page.url()).hash).toBe(`#/${ids[1]}`);
    await page.reload();
    await page.getByRole('heading', {name: 'p4321', level: 1}).waitFor();
    await page.goBack();
    await page.getByRole('heading', {name: 'p1234', level: 1}).waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('a killed server costs nothing: the page reconnects and shows what happened meanwhile', {timeout: 180_000}, async () => {
    const {page, complaints} = await openPage(browser, product.url, everything);
    const connection = page.getByRole('status', {name: 'Connection'});
    await connection.getByText('Connected').waitFor();
    await page.evaluate(() => Object.assign(window, {sameDocument: true}));
    await product.kill();
    await connection.getByText(/^(Reconnecting…|Offline since \d\d:\d\d:\d\d)$/).waitFor();
    await product.simulate(2);
    await connection.getByText(/^Offline since/).waitFor();
    expect(await cellOf(page, 1, 'trains').textContent()).toBe('32');
    await product.serve();
    await connection.getByText('Connected').waitFor({timeout: waitMs});
    await page.locator(`[data-run="1234:${product.runs}"]`).waitFor({timeout: waitMs});
    await expect.poll(() => unfinished(product), {timeout: 120_000, interval: 250}).toEqual([]);
    await expectSameAsServer(page, product);
    expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true);
    // What the browser itself says of a server that is gone: refused, or reset or empty while a picture was on its way.
    const ours = complaints.filter((text) => !text.includes('net::ERR_') && !text.includes('WebSocket connection to'));
    expect(ours).toEqual([]);
  });

  test.runIf(process.env['FIRSTLIGHT_SCREENSHOT'] || !existsSync(screenshot))(
    'the picture of the README (drawn when it is missing, or FIRSTLIGHT_SCREENSHOT is set)',
    {timeout: 180_000},
    async () => {
      await product.simulate(8, {detector: '128x128'});
      await expect.poll(() => unfinished(product), {timeout: 120_000, interval: 250}).toEqual([]);
      const {page, complaints} = await openPage(browser, `${product.url}#/p1234/run/11/mean_frame`, {
        viewport: {width: 1600, height: 860},
        deviceScaleFactor: 1.5,
      });
      await page.getByRole('img', {name: /^Image of Mean frame/}).waitFor();
      await page.getByRole('grid', {name: 'Runs'}).evaluate((grid) => grid.scrollBy(440, 0)); // where something was skipped
      await expect.poll(() => picturesInSight(page)).toBe(true);
      await page.screenshot({path: screenshot, animations: 'disabled'});
      expect(complaints).toEqual([]);
    },
  );
});

/** Cells that are not computed yet, of all runs; `proc` values come with the corrected data. */
async function unfinished(product: Product): Promise<string[]> {
  const {rows} = await product.table();
  return rows.flatMap(({run, values}) =>
    Object.entries(values)
      .filter(([, {state, activity}]) => state === 'missing' || activity !== 'idle')
      .map(([name]) => `${run} ${name}`),
  );
}

/** Compares every cell on screen with the server's table. */
async function expectSameAsServer(page: Page, product: Product): Promise<void> {
  const seen = () =>
    page.locator('[role=gridcell][data-variable]').evaluateAll((cells) =>
      cells
        .filter((cell) => cell.checkVisibility())
        .map(
          (cell) =>
            `${cell.closest('[data-run]')?.getAttribute('data-run')} ${cell.getAttribute('data-variable')} ${cell.getAttribute('data-state')}`,
        )
        .sort(),
    );
  const {rows} = await product.table();
  const wanted = rows.flatMap(({run, values}) => Object.entries(values).map(([name, {state}]) => `1234:${run} ${name} ${state}`)).sort();
  await expect.poll(seen, {timeout: 10_000}).toEqual(wanted);
}

/** Whether every thumbnail that can be seen is there. */
const picturesInSight = (page: Page): Promise<boolean> =>
  page.locator('.grid').evaluate((grid) => {
    const {right} = grid.getBoundingClientRect();
    return [...grid.querySelectorAll('img')].every((image) => image.complete || image.getBoundingClientRect().left >= right);
  });

async function expectAccessible(page: Page): Promise<void> {
  const {violations} = await new AxeBuilder({page}).analyze();
  const serious = violations.filter(({impact}) => impact === 'serious' || impact === 'critical');
  expect(serious.map(({id, nodes}) => `${id}: ${nodes.map(({html, failureSummary}) => `${html} ${failureSummary}`).join('\n')}`)).toEqual(
    [],
  );
}
