import colors from 'picocolors';

/** How a command speaks: results on standard output (JSON lines with `--json`), everything else on standard error. */
export interface Output {
  readonly json: boolean;
  /** One result: as a JSON line with `--json`, else in the words `text` gives (nothing when it gives none). */
  result(value: object, text?: string): void;
  /** A remark for the person at the terminal. */
  say(text: string): void;
}

/** The output of a command that was given (or not) `--json`. */
export function outputFor({json = false}: {json?: boolean}): Output {
  return {
    json,
    result(value, text) {
      if (json) process.stdout.write(`${JSON.stringify(value)}\n`);
      else if (text !== undefined) process.stdout.write(`${text}\n`);
    },
    say: (text) => void process.stderr.write(`${text}\n`),
  };
}

/** The mark and colour of each state, the same in every command. */
export const marks = {
  ok: colors.green('●'),
  none: colors.dim('○'),
  skipped: colors.dim('–'),
  failed: colors.red('✗'),
  cancelled: colors.yellow('■'),
  missing: colors.dim('·'),
} as const;
