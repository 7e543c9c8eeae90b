import {formatNumber} from '@firstlight/core';
import type {CommandLine, Differing} from '@firstlight/engine';
import {chooseFolder} from '../folder.ts';
import {marks, outputFor} from '../output.ts';
import {runCommand} from '../run-command.ts';
import {stopSignal} from '../stop.ts';
import {localTime} from '../summary-text.ts';
import {makerOf, versionText} from '../version-text.ts';

interface DiffOptions {
  proposal?: number;
  folder?: string;
  json?: boolean;
}

/** Shows how two versions of a value differ, by default the last two. */
export async function diff(run: number, name: string, a: number | undefined, b: number | undefined, options: DiffOptions): Promise<void> {
  const output = outputFor(options);
  const {proposal} = options;
  const request = {run, name, ...(a !== undefined && {a}), ...(b !== undefined && {b}), ...(proposal !== undefined && {proposal})};
  for await (const line of runCommand(chooseFolder(options.folder), 'diff', request, stopSignal())) output.result(line, diffText(line));
}

type Line = CommandLine<'diff'>;
type Version = Line['a'];

/** How two versions differ, as lines of text. */
export function diffText(line: Line): string {
  return [
    valueText(line.a),
    valueText(line.b),
    ...dataText(line),
    ...codeText(line),
    ...inputText(line),
    ...fileText(line),
    ...packageText(line),
  ].join('\n');
}

function valueText(version: Version): string {
  const {state, timestamp} = version;
  const stored = timestamp === null ? '' : `  ${localTime(timestamp)}`;
  return `${marks[state]} version ${version.version}  ${versionText(version)}  (${makerOf(version)}${stored})`;
}

function dataText({data, a, b, isChanged}: Line): string[] {
  if (data === null) return goneText([a, b].filter(({state, kind, hasData}) => state === 'ok' && kind !== null && !hasData));
  if (data.length > 0) return data.map(partText);
  // A line of bars, for one, looks the same for other numbers.
  return isChanged && versionText(a) === versionText(b) ? ['The values differ.'] : [];
}

/** Of versions whose data the folder's policy let go. */
function goneText(gone: readonly Version[]): string[] {
  if (gone.length === 0) return [];
  const which = gone.map(({version}) => version).join(' and ');
  return [`The data of version${gone.length > 1 ? 's' : ''} ${which} is not kept any more; only the summaries can be compared.`];
}

type PartDiff = NonNullable<Line['data']>[number];

function partText({part, a, b, different, elements, largest}: PartDiff): string {
  if (different === null || elements === null) return `${part}: ${a ?? '–'} → ${b ?? '–'}`;
  const kinds = a === b ? '' : `${a} → ${b}, `;
  if (elements === 1) return `${part}: ${kinds}${largest ? `differs by ${formatNumber(largest.difference)}` : 'differs'}`;
  const most = largest ? `, by ${formatNumber(largest.difference)} at most (at [${largest.at.join(', ')}])` : '';
  return `${part}: ${kinds}${different} of ${elements} elements differ${different === 0 ? '' : most}`;
}

function codeText({code, a, b}: Line): string[] {
  if (code.isChanged === false) return ['The code is the same.'];
  if (code.text !== '') return ['', code.text.trimEnd()];
  if (code.isChanged) return [`The code differs (${a.origin?.code.slice(0, 8)}, ${b.origin?.code.slice(0, 8)}); its text was not kept.`];
  const unknown = [a, b].filter(({origin, author}) => origin === null && author === null).map(({version}) => version);
  if (unknown.length === 0) return []; // typed by hand
  return [
    `It is not known what ${unknown.length > 1 ? 'versions' : 'version'} ${unknown.join(' and ')} ${unknown.length > 1 ? 'were' : 'was'} computed by.`,
  ];
}

/** A list of what differs under its title; nothing when there is nothing. */
const section = <T extends Differing<unknown>>(
  title: string,
  all: readonly T[],
  nameOf: (one: T) => string,
  show: (value: NonNullable<T['a']>) => string,
) =>
  all.length === 0
    ? []
    : [
        '',
        title,
        ...all.map(
          (one) =>
            `  ${nameOf(one)}: ${one.a === null ? '–' : show(one.a as NonNullable<T['a']>)} → ${one.b === null ? '–' : show(one.b as NonNullable<T['a']>)}`,
        ),
      ];

const inputText = ({inputs}: Line): string[] =>
  section(
    'Inputs',
    inputs,
    ({parameter, name}) => (parameter === name ? name : `${parameter} (${name})`),
    ({state, identity}) => (identity === null ? state : `${state} ${identity.slice(0, 8)}`),
  );

const fileText = ({files}: Line): string[] =>
  section(
    'Files',
    files,
    ({name}) => name,
    (file) => (typeof file === 'string' ? file.slice(0, 8) : `${file.size} bytes, ${localTime(file.mtimeMs / 1000)}`),
  );

const packageText = ({packages}: Line): string[] =>
  section(
    'Packages',
    packages,
    ({name}) => name,
    (version) => version,
  );
