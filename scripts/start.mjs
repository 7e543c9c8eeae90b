// `npm start`: installs what is missing, then runs the demo. Options are those of `firstlight demo`.
import {spawn} from 'node:child_process';
import {join} from 'node:path';
import {main, nodePath, root, setup} from './setup.mjs';

await main(async () => {
  await setup();
  const demo = spawn(nodePath(), [join(root, 'packages', 'cli', 'bin', 'firstlight.mjs'), 'demo', ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  // A terminal sends Ctrl-C to both; a supervisor's TERM comes only to us and is handed on.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => demo.kill('SIGTERM'));
  demo.on('close', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGTERM' || signal === 'SIGINT' ? 0 : 1);
  });
});
