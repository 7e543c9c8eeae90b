import {chooseFolder} from '../folder.ts';
import {marks, outputFor} from '../output.ts';
import {runCommand} from '../run-command.ts';
import {stopSignal} from '../stop.ts';

interface VerifyOptions {
  folder?: string;
  json?: boolean;
}

/** Reads everything that is stored, says what is wrong with it, and counts; exit code 1 when anything is. */
export async function verify(options: VerifyOptions): Promise<void> {
  const output = outputFor(options);
  const signal = stopSignal();
  let isWhole = false;
  for await (const line of runCommand(chooseFolder(options.folder), 'verify', {}, signal)) {
    if (line.event === 'checked') {
      if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${line.runs} of ${line.of} runs${line.runs === line.of ? '\r\x1b[2K' : ''}`);
    } else if (line.event === 'defect') output.result(line, `${marks.failed} ${line.kind}  ${placeOf(line)}${line.text}`);
    else {
      const {event: _, values, ...counts} = line;
      isWhole = Object.values(counts).every((count) => count === 0);
      const found = Object.entries(counts).map(([kind, count]) => `${count} ${kind}`);
      output.result(line, `${isWhole ? marks.ok : marks.failed} ${values} values: ${found.join(', ')}`);
    }
  }
  if (!isWhole) process.exitCode = 1;
}

function placeOf({proposal, run, name}: {proposal: number | null; run: number | null; name: string | null}): string {
  if (run === null) return '';
  return `p${proposal} run ${run}${name === null ? '' : `  ${name}`}: `;
}
