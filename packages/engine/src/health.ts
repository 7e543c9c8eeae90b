/** What a person or a monitor wants to know about an open experiment. */
export interface Health {
  /** `ok` when it is there and ours, or there to be looked at; `lost` while another process has taken it, or it is moved away or not mounted. */
  readonly folder: 'ok' | 'lost';
  /** `none` when the folder is open read-only, or lost. */
  readonly writer: 'alive' | 'restarting' | 'none';
  /** Jobs in the queue that have not begun, held ones included. */
  readonly waiting: number;
  readonly running: number;
  /** Jobs that wait for a context file without errors. */
  readonly held: number;
  /** `full`: processing pauses and goes on by itself when there is space. */
  readonly disk: 'ok' | 'full';
  readonly context: 'loading' | 'ok' | 'broken';
  /** Why nothing can be computed or changed, in one sentence, or null. */
  readonly readOnly: string | null;
  /** One sentence each: files put in quarantine, a foreign interpreter, and the like; the newest last, at most 20. */
  readonly notes: readonly string[];
}
