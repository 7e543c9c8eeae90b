import {execFile, spawnSync} from 'node:child_process';
import {copyFile, mkdir, mkdtemp, rm, stat} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import type {Cell, Summary} from '@firstlight/core';
import {Experiment, silentLog} from '@firstlight/engine';
import {createFolder} from '@firstlight/store';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const python = here('../.venv/bin/python');
const probe = spawnSync(python, ['-c', 'from PyQt6 import QtWidgets, Qsci'], {encoding: 'utf8'});
const reason = probe.status === 0 ? '' : ` (skipped: Qt cannot start here: ${probe.stderr.trim().split('\n').at(-1)})`;

/** A cell as the official program shows it. */
interface Shown {
  readonly shown: string | null;
  readonly value: unknown;
  readonly tooltip: string | null;
  /** Units, and who made the value. */
  readonly texts: readonly string[];
  readonly picture: boolean;
  readonly bold: boolean;
  readonly background: readonly number[] | null;
  readonly editable: boolean;
}

describe.skipIf(probe.status !== 0)(`the official desktop program over a folder of ours${reason}`, () => {
  let directory: string;
  let experiment: Experiment;
  let boxes: readonly string[];
  let rows: readonly Readonly<Record<string, Shown>>[];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'firstlight-gui-'));
    const dir = join(directory, 'folder');
    createFolder(dir, {proposal: 1234, contextPython: python, dataRoot: directory});
    await copyFile(here('damnit-gui-context.py'), join(dir, 'context.py'));
    experiment = await Experiment.open(dir, {watch: false, log: silentLog});
    const runs = [1, 2].map((run) => ({proposal: 1234, run}));
    await Array.fromAsync(experiment.process({runs, mock: true}));
    await Array.fromAsync(experiment.command('comment', {run: 1, text: 'good beam'}));
    await Array.fromAsync(experiment.command('set', {run: 2, name: 'quality', value: '7', type: 'integer', title: 'Quality'}));
    ({boxes, rows} = await openedBy(dir, directory));
  }, 120_000);

  afterAll(async () => {
    await experiment?.[Symbol.asyncDispose]();
    await rm(directory, {recursive: true, force: true});
  });

  test('has our runs and columns by their titles, and can be looked at', async () => {
    expect(boxes).toEqual([]);
    const titles = experiment.table.variables().map(({title}) => title);
    expect(rows.map(({Proposal, Run}) => [Proposal?.value, Run?.value])).toEqual([
      [1234, 1],
      [1234, 2],
    ]);
    const own = new Set(['Status', 'Proposal', 'Run', 'Timestamp']);
    expect(new Set(Object.keys(rows[0] ?? {}).filter((title) => !own.has(title)))).toEqual(new Set([...titles, 'Comment']));
    expect((await stat(join(directory, 'window.png'))).size).toBeGreaterThan(10_000);
  });

  test('shows in every cell what our table shows', () => {
    for (const variable of experiment.table.variables()) {
      for (const [i, run] of experiment.table.runs().entries()) {
        const place = `${variable.name} of run ${run.run}`;
        const cell = experiment.table.cell(run, variable.name);
        const shown = rows[i]?.[variable.title];
        expect({place, ...essence(shown as Shown)}).toEqual({place, ...expected(cell, variable.units)});
      }
    }
  });

  test('shows when a run began, its comment, and what was typed by hand', () => {
    const [first, second] = rows;
    expect(rows.map(({Timestamp}) => Timestamp?.value)).toEqual(experiment.table.runs().map(({startTime}) => startTime));
    expect(first?.Comment).toMatchObject({shown: 'good beam', editable: true});
    expect(second?.Quality).toMatchObject({shown: '7', texts: ['manual-input'], editable: true});
    expect(second?.Energy ?? second?.['Machine/Energy']).toMatchObject({editable: false});
  });
});

/** What has to agree. */
function essence({shown, texts, picture, bold, background, tooltip}: Shown) {
  const message =
    tooltip?.startsWith('<img') || tooltip?.includes('Provenance: ') ? null : (tooltip?.split('\n(see processing log')[0] ?? null);
  return {shown: shown ?? '', units: texts.filter((text) => text !== 'manual-input' && text !== ''), picture, bold, background, message};
}

/** A cell of ours, by the official program's rules. */
function expected({state, summary, attributes, maxDiff, message}: Cell, units: string | null) {
  const isImage = typeof summary === 'object' && summary !== null && 'image' in summary;
  const unit = attributes?.units ?? (state === 'ok' && typeof summary === 'number' ? units : null);
  return {
    shown: state === 'ok' ? text(summary) : '',
    units: unit === null || unit === undefined ? [] : [unit],
    picture: isImage || state === 'failed' || state === 'skipped',
    // A picture has no text that could be bold.
    bold: !isImage && !isTrend(summary) && (attributes?.bold ?? (maxDiff !== null && maxDiff > 1e-9)),
    background: attributes?.background ?? null,
    message: state === 'skipped' && message !== null ? `Skipped: ${message}` : withoutPlace(message),
  };
}

/** We say where in the context an error happened, too. */
const withoutPlace = (message: string | null): string | null => message?.replaceAll(/ \(context\.py:\d+\)/g, '') ?? null;

const isTrend = (summary: Summary): boolean => typeof summary === 'object' && summary !== null && 'trendline' in summary;

function text(summary: Summary): string {
  if (typeof summary === 'number') return number(summary);
  if (typeof summary === 'boolean') return String(Number(summary));
  if (typeof summary === 'object')
    return summary !== null && 're' in summary ? `(${summary.re}${summary.im < 0 ? '' : '+'}${summary.im}j)` : '';
  return String(summary);
}

function number(value: number): string {
  if (Number.isNaN(value)) return '';
  if (Number.isInteger(value) && Math.abs(value) < 10_000) return String(value);
  if (Math.abs(value) >= 1e-4 && Math.abs(value) < 1e4) return value.toFixed(4);
  return value.toExponential(3).replace(/e([+-])(\d)$/, 'e$10$2');
}

/** Opens a folder in the official program, as a process of its own. */
async function openedBy(dir: string, scratch: string): Promise<{boxes: string[]; rows: Record<string, Shown>[]}> {
  const home = join(scratch, 'home');
  await mkdir(home);
  const own = {
    EXTRA_DATA_DATA_ROOT: scratch,
    XFEL_DATA_ROOT: scratch,
    AMORE_BROKER: 'none',
    MPLBACKEND: 'Agg',
    QT_QPA_PLATFORM: 'offscreen',
    HOME: home,
    TMPDIR: home,
  };
  const {stdout} = await promisify(execFile)(python, [here('damnit-gui.py'), dir, join(scratch, 'window.png')], {
    env: {...process.env, ...own},
    maxBuffer: 2 ** 26,
    timeout: 90_000,
  });
  return JSON.parse(stdout) as {boxes: string[]; rows: Record<string, Shown>[]};
}
