/** A reason for which a value would be another one now. */
export type Why =
  | {readonly why: 'code' | 'raw' | 'proc' | 'unknown'}
  | {readonly why: 'file'; readonly path: string}
  /** An input: another value, another state, itself stale, stored by another program, not there any more, or there now. */
  | {readonly why: 'input' | 'state' | 'stale-input' | 'foreign-input' | 'lost-input' | 'new-input'; readonly name: string};

const sentences: Record<Exclude<Why['why'], 'file'>, (name: string) => string> = {
  code: () => 'its code was changed',
  raw: () => 'the raw files of the run were changed',
  proc: () => 'the processed files of the run were changed',
  unknown: () => 'computed by another program',
  input: (name) => `its input ${name} was computed again`,
  state: (name) => `its input ${name} is in another state`,
  'stale-input': (name) => `its input ${name} is stale`,
  'foreign-input': (name) => `its input ${name} was stored by another program`,
  'lost-input': (name) => `its input ${name} is not there any more`,
  'new-input': (name) => `${name} is an input now`,
};

/** A reason in words. */
export const whyText = (why: Why): string =>
  why.why === 'file' ? `the file ${why.path} was changed` : sentences[why.why]('name' in why ? why.name : '');
