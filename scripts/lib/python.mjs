// Finds a Python that is new enough.
import {execFileSync} from 'node:child_process';
import {SetupError} from './run.mjs';

const names = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];

function versionOf(command) {
  try {
    const text = execFileSync(command, ['-c', 'import sys; print(*sys.version_info[:2])'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return text.trim().split(' ').map(Number);
  } catch {
    return undefined; // not installed, or not a Python
  }
}

/** The command of a Python ≥ 3.10 (`FIRSTLIGHT_PYTHON` first). */
export function findPython() {
  const candidates = process.env.FIRSTLIGHT_PYTHON ? [process.env.FIRSTLIGHT_PYTHON] : names;
  const found = candidates.find((command) => {
    const [major, minor] = versionOf(command) ?? [0, 0];
    return major === 3 && minor >= 10;
  });
  if (found) return found;
  throw new SetupError(
    `No Python 3.10 or newer was found (looked for ${candidates.join(', ')}); install one, or name it: FIRSTLIGHT_PYTHON=/path/to/python3 npm start.`,
  );
}
