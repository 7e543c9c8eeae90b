/** What the address says: which experiment, and which cell is open beside the table. */
export interface Route {
  /** An experiment's id, or null for the first one. */
  readonly experiment: string | null;
  readonly cell: CellAddress | null;
}

/** A cell by the names people use, so that an address stays true when rows move. */
export interface CellAddress {
  readonly proposal: number;
  readonly run: number;
  readonly name: string;
}

const cellPattern = /^(?:(.+?)\/)?p(\d+)\/run\/(\d+)\/([^/]+)$/;

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a hand-typed address with a stray percent sign is still worth trying
  }
};

/**
 * Reads an address: `#/p1234/run/12/xgm.intensity`, `#/EXPERIMENT/p1234/run/12/xgm.intensity` or `#/EXPERIMENT`.
 *
 * Anything else is the first experiment with nothing open.
 */
export function parseRoute(hash: string): Route {
  const path = hash.replace(/^#?\/?/, '').replace(/\/$/, '');
  if (path === '') return {experiment: null, cell: null};
  const match = cellPattern.exec(path);
  if (!match) return {experiment: decode(path), cell: null};
  const [, experiment, proposal, run, name] = match;
  return {
    experiment: experiment === undefined ? null : decode(experiment),
    cell: {proposal: Number(proposal), run: Number(run), name: decode(name ?? '')},
  };
}

/** Writes an address that `parseRoute` reads back. */
export function formatRoute({experiment, cell}: Route): string {
  const parts = experiment === null ? [] : [encodeURIComponent(experiment)];
  if (cell) parts.push(`p${cell.proposal}`, 'run', String(cell.run), encodeURIComponent(cell.name));
  return `#/${parts.join('/')}`;
}

/** Tells whether two addresses name the same cell. */
export const sameCell = (a: CellAddress | null, b: CellAddress | null): boolean =>
  a === b || (a !== null && b !== null && a.proposal === b.proposal && a.run === b.run && a.name === b.name);
