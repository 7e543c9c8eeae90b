import {FirstlightError} from '@firstlight/core';
import type {Run} from '../run.ts';

/** Where a run says which bunches made pulses: a table with a place for every bunch, or lists of pulses. */
export type PulseSource =
  | {readonly kind: 'table'; readonly source: string; readonly key: string}
  | {readonly kind: 'decoder'; readonly source: string};

const timeServer = /^[A-Z]{3}_(BR|RR)_(UTC|SYS)\/TSYS\/(TIMESERVER|X2TIMER\d+)$/;
const decoder = /^[A-Z]{3}_(BR|RR)_(UTC|SYS)\/(MDL|TSYS)\/(BUNCH|PULSE|PP).*(DECODER|PATTERN)$/;
const PIPELINE = ':outputBunchPattern';

const fastTable = (device: string): PulseSource => ({kind: 'table', source: `${device}${PIPELINE}`, key: 'data.bunchPatternTable'});

/** What to look for, best first. */
const levels: readonly ((run: Run) => PulseSource[])[] = [
  (run) => run.controlSources.filter((name) => run.deviceClass(name) === 'TimeServer' && run.has(`${name}${PIPELINE}`)).map(fastTable),
  (run) =>
    run.instrumentSources
      .filter((name) => name.endsWith(PIPELINE))
      .map((name) => name.slice(0, -PIPELINE.length))
      .filter((name) => timeServer.test(name))
      .map(fastTable),
  // Before there was a pipeline, the table was a property of the device.
  (run) => run.controlSources.filter((name) => timeServer.test(name)).map((source) => ({kind: 'table', source, key: 'bunchPatternTable'})),
  (run) =>
    run.controlSources.filter((name) => run.deviceClass(name) === 'PulsePatternDecoder').map((source) => ({kind: 'decoder', source})),
  (run) => run.controlSources.filter((name) => decoder.test(name)).map((source) => ({kind: 'decoder', source})),
];

/**
 * Finds the time server or pulse pattern decoder of a run.
 *
 * @throws FirstlightError `no-pulse-pattern`, `several-pulse-patterns`.
 */
export function findPulseSource(run: Run): PulseSource {
  for (const look of levels) {
    const found = look(run);
    if (found.length === 1) return found[0] as PulseSource;
    if (found.length > 1) throw several(run, found);
  }
  throw new FirstlightError(
    'no-pulse-pattern',
    `Run ${run.run} has neither a time server with a bunch pattern table nor a pulse pattern decoder, so nobody can say which pulses there were; ask for one of them to be recorded.`,
    {facts: {run: run.run}},
  );
}

const several = (run: Run, found: readonly PulseSource[]) => {
  const sources = found.map(({source}) => source);
  return new FirstlightError(
    'several-pulse-patterns',
    `Run ${run.run} has several pulse patterns (${sources.join(', ')}); say which with {source: '${sources[0]}'}.`,
    {facts: {run: run.run, sources}},
  );
};

/** The source a user named: a time server, with or without its pipeline, or a decoder. @throws FirstlightError `no-such-source`. */
export function pulseSourceNamed(run: Run, name: string): PulseSource {
  const device = name.endsWith(PIPELINE) ? name.slice(0, -PIPELINE.length) : name;
  if (run.has(`${device}${PIPELINE}`)) return fastTable(device);
  return run.has(device, 'bunchPatternTable') ? {kind: 'table', source: device, key: 'bunchPatternTable'} : checkedDecoder(run, device);
}

function checkedDecoder(run: Run, source: string): PulseSource {
  run.keys(source); // says so if there is no such source
  return {kind: 'decoder', source};
}
