import {FirstlightError} from '@firstlight/core';
import type {Run} from '../run.ts';
import {saseOfSource, type Sase} from './sase.ts';

const classes: ReadonlySet<string | undefined> = new Set(['DoocsXGM', 'DoocsXGMD', 'DoocsXGMReduced']);

/** The XGMs of a run: devices of their classes; if there are none, those with such a name. */
function xgmsOf(run: Run): string[] {
  const byClass = run.controlSources.filter((name) => classes.has(run.deviceClass(name)));
  return byClass.length > 0 ? byClass : run.controlSources.filter((name) => /XGMD?\/DOOCS/.test(name));
}

/** The full name of the XGM that is meant; among several, that of the wanted SASE. Its fast data must be there. @throws FirstlightError `no-xgm`, `several-xgms`. */
export function findXgm(run: Run, {device, sase}: {device?: string; sase?: Sase | 0}): string {
  const all = xgmsOf(run);
  const meant = device === undefined ? all : named(all, device);
  const ofSase = meant.length > 1 ? meant.filter((name) => saseOfSource(name) === sase) : [];
  const [only, ...more] = ofSase.length === 1 ? ofSase : meant;
  if (only === undefined) throw noXgm(run, all, device);
  if (more.length > 0) throw severalXgms(run, meant);
  if (run.has(`${only}:output`)) return only;
  throw new FirstlightError('no-xgm', `${only} has no fast data in run ${run.run} (no source ${only}:output); ask for it to be recorded.`, {
    facts: {run: run.run, device: only},
  });
}

const named = (all: readonly string[], device: string): readonly string[] =>
  all.includes(device) ? [device] : all.filter((name) => name.toLowerCase().includes(device.toLowerCase()));

const noXgm = (run: Run, all: readonly string[], device: string | undefined) => {
  const which =
    device === undefined || all.length === 0 ? 'X-ray gas monitor' : `X-ray gas monitor named "${device}", but ${all.join(', ')}`;
  return new FirstlightError('no-xgm', `Run ${run.run} has no ${which}.`, {facts: {run: run.run, all, device: device ?? null}});
};

const severalXgms = (run: Run, meant: readonly string[]) =>
  new FirstlightError(
    'several-xgms',
    `Run ${run.run} has several X-ray gas monitors (${meant.join(', ')}); say which with {device: '${meant[0]}'}.`,
    {facts: {run: run.run, devices: meant}},
  );
