#!/usr/bin/env node
// Starts the command under a Node that runs our sources: this one when it is new enough, else the one carried as a dependency.
import {spawn} from 'node:child_process';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {useCompileCache} from '../../../scripts/lib/compile-cache.mjs';
import {findNode} from '../../../scripts/lib/node.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const node = findNode(root);
useCompileCache();

if (!node) {
  process.stderr.write(`Firstlight needs Node 24.11 or newer, this is ${process.version}; run npm run setup in ${root} first.\n`);
  process.exitCode = 1;
} else if (node === process.execPath) {
  if (process.channel) {
    process.once('disconnect', () => process.kill(process.pid, 'SIGTERM')); // the process below, which a person sees, was killed
    process.channel.unref();
  }
  await import('../src/main.ts');
} else {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {stdio: ['inherit', 'inherit', 'inherit', 'ipc']});
  process.on('SIGINT', () => {}); // a terminal sends it to the child as well
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('close', (code, signal) => {
    process.exitCode = code ?? (signal ? 1 : 0);
  });
}
