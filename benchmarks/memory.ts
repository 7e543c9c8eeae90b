// What five hundred runs leave in memory: the resident size of the server and its helpers after 50 and after 500 runs, in both languages (--runs=N: other than 500).
import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {serveOurs} from './context/ours.ts';
import {trivial} from './context/contexts.ts';
import {lastingProcesses} from './memory/processes.ts';
import type {LastingProcess} from './memory/processes.ts';

const early = 50;
const atMost = 1.05;
// Their heaps are still warming up after 50 runs; after 500 they grow no more (--runs=1500).
const atMostOf: Readonly<Record<string, number>> = {writer: 1.1, reader: 1.1};
const late = Number(process.argv.find((option) => option.startsWith('--runs='))?.slice('--runs='.length) ?? 500);
const variables = 3;

const contexts = {
  python: trivial(variables),
  typescript: `import {variable} from '@firstlight/context';\n${Array.from({length: variables}, (_, i) => `export const v${i} = variable(() => ${i});`).join('\n')}\n`,
};

/** One process: megabytes early and late. */
interface Row extends Pick<LastingProcess, 'what'> {
  readonly early: number;
  readonly late: number;
}

async function measure(directory: string, language: 'python' | 'typescript'): Promise<Row[]> {
  await using ours = await serveOurs(directory, join(directory, 'data'), language);
  const run = async () => ours.process({mock: true});
  await ours.write(contexts[language], {mock: true});
  for (let i = 0; i < early; i++) await run();
  const before = await lastingProcesses(ours.pid);
  for (let i = early; i < late; i++) await run();
  const after = new Map((await lastingProcesses(ours.pid)).map((process) => [process.pid, process]));
  return before.flatMap(({pid, what, megabytes}) => {
    const now = after.get(pid)?.megabytes;
    return now === undefined ? [] : [{what, early: megabytes, late: now}];
  });
}

function report(language: string, {what, early: before, late: after}: Row): void {
  const ratio = after / before;
  const bar = atMostOf[what] ?? atMost;
  const holds = ratio <= bar;
  if (!holds) process.exitCode = 1;
  const figure = {figure: `${language}: ${what}`, value: after, unit: 'MB', peer: before, ratio, bar: `<= ${bar}`, holds};
  if (process.argv.includes('--json')) console.log(JSON.stringify(figure));
  else
    console.log(
      `${figure.figure.padEnd(32)} ${before.toFixed(1)} MB after ${early} runs, ${after.toFixed(1)} MB after ${late}: ${ratio.toFixed(3)} (bar ${figure.bar}) ${holds ? 'holds' : 'DOES NOT HOLD'}`,
    );
}

const directory = mkdtempSync(join(tmpdir(), 'firstlight-memory-'));
try {
  mkdirSync(join(directory, 'data'));
  for (const language of ['python', 'typescript'] as const) for (const row of await measure(directory, language)) report(language, row);
} finally {
  rmSync(directory, {recursive: true, force: true});
}
