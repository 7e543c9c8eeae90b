import {resolve} from 'node:path';
import {type FolderFacts, inspectFolder} from '@firstlight/store';
import {outputFor} from '../output.ts';

/** Says what a folder is: which format, what is in it, and whether it has to be migrated. Changes nothing. */
export function open(dir: string, {json}: {json?: boolean}): void {
  const facts = inspectFolder(resolve(dir));
  const {version, proposals, runs, variables, writable, migrate} = facts;
  outputFor({json}).result({version, proposals, runs, variables, writable, migrate}, textOf(dir, facts));
}

function textOf(dir: string, {version, proposals, runs, variables, writable, why, leftOutOfViews, migrate}: FolderFacts): string {
  const lines = [
    `${resolve(dir)}: an experiment folder of format ${version}`,
    `  proposals ${proposals.join(', ') || 'unknown'}; ${runs} runs; ${variables} variables`,
    `  ${writable ? 'can be written' : why}`,
  ];
  if (leftOutOfViews.length > 0) lines.push(`  the views for SQL do not show ${listed(leftOutOfViews)}; run_variables has them`);
  if (migrate) {
    const how = migrate.automatic ? 'when it is opened to write' : `by \`firstlight migrate ${dir}\``;
    lines.push(`  is brought up to format ${migrate.to} ${how}:`, ...migrate.changes.map((change) => `    - ${change}`));
  }
  return lines.join('\n');
}

const mostNamed = 10;

/** Some names, and how many more there are. */
function listed(names: readonly string[]): string {
  const more = names.length - mostNamed;
  return names.slice(0, mostNamed).join(', ') + (more > 0 ? ` and ${more} more variables` : '');
}
