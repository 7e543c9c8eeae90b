import {isSameFile, onlyLost, type RunFile, type RunState} from './run-state.ts';

/** What we know about a run directory from looking at it again and again. */
export interface RunMemory {
  readonly state: RunState;
  /** When the state was first seen as it is, in milliseconds. */
  readonly sinceMs: number;
  /** When each file was first seen as it is, by name. */
  readonly fileSinceMs: ReadonlyMap<string, number>;
  /** The state that was announced last, if we saw it. */
  readonly announced?: RunState;
}

/** Remembers a new look at a run directory; what did not change keeps its time. */
export const remember = (memory: RunMemory | undefined, state: RunState, nowMs: number): RunMemory => {
  if (memory?.state.signature === state.signature) return memory;
  const known = new Map(memory?.state.files.map((file) => [file.name, file]));
  const since = (file: RunFile) => (isSameFile(file, known.get(file.name)) ? (memory?.fileSinceMs.get(file.name) ?? nowMs) : nowMs);
  return {
    state,
    sinceMs: nowMs,
    fileSinceMs: new Map(state.files.map((file) => [file.name, since(file)])),
    ...(memory?.announced && {announced: memory.announced}),
  };
};

/** Whether the state has been the same for long enough to look into its files. */
export const isSettled = ({state, sinceMs}: RunMemory, nowMs: number, settleMs: number): boolean =>
  state.files.length > 0 && nowMs - sinceMs >= settleMs;

/** Whether an incomplete file has not changed for so long that it no longer holds its run back. */
export const isGivenUp = ({fileSinceMs}: RunMemory, file: RunFile, nowMs: number, damagedMs: number): boolean =>
  nowMs - (fileSinceMs.get(file.name) ?? nowMs) >= damagedMs;

/** Whether the run only lost files since it was announced: no reason to compute again, with less. */
export const onlyShrank = ({announced, state}: RunMemory): boolean => announced !== undefined && onlyLost(announced, state);
