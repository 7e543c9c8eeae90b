import {type ChildProcess, spawn} from 'node:child_process';
import {copyFileSync, existsSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {FirstlightError} from '@firstlight/core';
import {proposalDirectory, StandInCatalogue} from '@firstlight/simulator';
import {createFolder, makePath} from '@firstlight/store';
import {defaultPython, installation} from '../environment.ts';
import {openInBrowser} from '../browser.ts';
import {outputFor} from '../output.ts';
import {stopSignal} from '../stop.ts';
import {serveUntilStopped} from './serve.ts';

interface DemoOptions {
  dir: string;
  port: number;
  open: boolean;
  runs: number;
  every: number;
  json?: boolean;
}

const proposal = 1234;

/** A simulated beamline with its metadata catalogue, an experiment folder over its data, and the live table in the browser; all in one directory. */
export async function demo({dir, port, open, runs, every, json}: DemoOptions): Promise<void> {
  const output = outputFor({json});
  const signal = stopSignal();
  const dataRoot = resolve(dir);
  const folder = prepare(dataRoot);
  await using catalogue = await StandInCatalogue.start({sampleName: 'Simulated sample', runType: 'Scan'});
  await catalogue.leaveCredentials(proposalDirectory(dataRoot, proposal));
  let beamline: ChildProcess | undefined;
  try {
    await serveUntilStopped([folder], {port, host: '127.0.0.1', watch: true}, output, signal, (url) => {
      beamline = startBeamline(dataRoot, runs, every);
      output.say(
        `A simulated run appears in ${dataRoot} every ${every} s; the context is ${join(folder, 'context.py')}. Stop with Ctrl-C.`,
      );
      if (open) openInBrowser(url);
    });
  } finally {
    beamline?.kill('SIGTERM');
  }
}

/** Makes the experiment folder where European XFEL has it, once; a second start goes on with the first one's. */
function prepare(dataRoot: string): string {
  const folder = join(proposalDirectory(dataRoot, proposal), 'usr', 'Shared', 'amore');
  if (existsSync(join(folder, 'runs.sqlite'))) return folder;
  try {
    makePath(folder);
  } catch (cause) {
    const {code} = cause as NodeJS.ErrnoException;
    const reason = code === 'disk-full' ? 'the disk is full' : 'it cannot be written';
    throw new FirstlightError('no-demo-folder', `${dataRoot} cannot hold the demo: ${reason}; name another place with --dir DIR.`, {cause});
  }
  copyFileSync(join(installation, 'packages', 'simulator', 'example', 'context.py'), join(folder, 'context.py'));
  createFolder(folder, {proposal, contextPython: defaultPython(), dataRoot, language: 'python'});
  return folder;
}

/** The beamline writes in a process of its own: HDF5 calls block, and the page must not wait for them. It ends with this one, however that ends. */
function startBeamline(dataRoot: string, runs: number, every: number): ChildProcess {
  const options = ['--proposal', String(proposal), '--runs', String(runs), '--every', String(every), '--faults', '--until-stdin-ends'];
  const command = join(installation, 'packages', 'cli', 'bin', 'firstlight.mjs');
  return spawn(process.execPath, [command, 'simulate', dataRoot, ...options], {stdio: ['pipe', 'ignore', 'inherit']});
}
