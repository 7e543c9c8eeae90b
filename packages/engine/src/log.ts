/** Where the engine says what it does: one sentence and its facts. */
export interface Log {
  info(sentence: string, facts?: Readonly<Record<string, unknown>>): void;
  warn(sentence: string, facts?: Readonly<Record<string, unknown>>): void;
  error(sentence: string, facts?: Readonly<Record<string, unknown>>): void;
}

const line = (level: string, sentence: string, facts?: Readonly<Record<string, unknown>>): string =>
  `${new Date().toISOString()} ${level} ${sentence}${facts && Object.keys(facts).length > 0 ? ` ${JSON.stringify(facts)}` : ''}\n`;

/** Writes one line per event to standard error: time, level, sentence, facts as JSON. */
export const stderrLog: Log = {
  info: (sentence, facts) => void process.stderr.write(line('info', sentence, facts)),
  warn: (sentence, facts) => void process.stderr.write(line('warn', sentence, facts)),
  error: (sentence, facts) => void process.stderr.write(line('error', sentence, facts)),
};

/** Says nothing. */
export const silentLog: Log = {info: () => {}, warn: () => {}, error: () => {}};
