/** A place in a source file, both counts 1-based. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

const place = /\(?(?:file:\/\/)?(\/[^()]*?):(\d+):(\d+)\)?$/;

/** The place a line of a stack trace names, or undefined if it names none. */
export function positionIn(stackLine: string): Position | undefined {
  const match = place.exec(stackLine);
  return match ? {file: decodeURI(match[1] as string), line: Number(match[2]), column: Number(match[3])} : undefined;
}

/** Where the function that is running was called from; in the user's own file if source maps are on. */
export function callerPosition(callee: (...values: never[]) => unknown): Position | undefined {
  const holder: {stack?: string} = {};
  Error.captureStackTrace(holder, callee);
  return positionIn(holder.stack?.split('\n')[1] ?? '');
}
