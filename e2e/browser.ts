import {existsSync} from 'node:fs';
import {userInfo} from 'node:os';
import {chromium, type Browser, type BrowserContextOptions, type Page} from 'playwright-core';

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Where Chromium is, or undefined; `FIRSTLIGHT_CHROMIUM` names another one. */
export const chromiumPath: string | undefined = [process.env['FIRSTLIGHT_CHROMIUM'] ?? '', ...usualPlaces].find((path) => existsSync(path));

/** Starts Chromium without a window. */
export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumPath ?? '',
    args: userInfo().uid === 0 ? ['--no-sandbox'] : [], // Chromium refuses its sandbox to root
  });

/** A page that remembers every complaint. */
export interface WatchedPage {
  readonly page: Page;
  /** Warnings and errors of the console, and exceptions nobody caught. */
  readonly complaints: string[];
}

/** Opens an address in a fresh context. */
export async function openPage(browser: Browser, address: string, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext({viewport: {width: 1440, height: 860}, ...options});
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(`${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => complaints.push(String(error.stack)));
  await page.goto(address);
  return {page, complaints};
}

/** A cell of the table, by run and variable. */
export const cellOf = (page: Page, run: number, name: string) =>
  page.locator(`[role=row][data-run="1234:${run}"] [role=gridcell][data-variable="${name}"]`);
