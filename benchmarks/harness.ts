/** One figure of a benchmark, as it is printed. */
export interface Figure {
  readonly figure: string;
  /** Ours: median. */
  readonly value: number;
  readonly unit: string;
  /** The peer's median. */
  readonly peer: number;
  /** Ours over the peer's where less is better; the peer's over ours where the figure is a speed-up. */
  readonly ratio: number;
  /** What the ratio must be; null when the figure is only for information. */
  readonly bar: string | null;
  readonly holds: boolean;
  /** Middle half of the ratios of the single rounds, and how many rounds there were. */
  readonly spread: readonly [number, number];
  readonly rounds: number;
}

/** A measurement in the figure's unit. */
export type Measure = () => number | Promise<number>;

/** What is measured, and what it is held against. */
export interface Comparison {
  readonly figure: string;
  readonly unit: string;
  readonly ours: Measure;
  readonly peer: Measure;
  /** Most that ours may take, relative to the peer; or least times that it must be faster. Without either the figure is for information. */
  readonly atMost?: number;
  readonly atLeast?: number;
  /** The measurements are rates: the ratio is ours over the peer's, and `atLeast` is the least part of the peer's that ours must reach. */
  readonly moreIsBetter?: boolean;
  /** Rounds to begin with (default 9, never fewer than 5). */
  readonly rounds?: number;
  /** Rounds when the ratio comes close to its bar or misses it (default four times as many). */
  readonly mostRounds?: number;
}

const closeToBar = 0.15;

const sorted = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b);

const quantile = (values: readonly number[], q: number): number => {
  const inOrder = sorted(values);
  const position = q * (inOrder.length - 1);
  const below = inOrder[Math.floor(position)] as number;
  return below + (position % 1) * ((inOrder[Math.ceil(position)] as number) - below);
};

/** The middle of several measurements. */
export const median = (values: readonly number[]): number => quantile(values, 0.5);

/**
 * Measures ours and the peer in turn, after one round to warm up, and compares them.
 *
 * Taking turns lets a busy machine slow both alike; the ratio is the median of the ratios of the rounds, and a ratio that comes close to its bar, or misses it, is measured longer.
 */
export async function compare(comparison: Comparison): Promise<Figure> {
  const rounds = Math.max(5, comparison.rounds ?? 9);
  const pairs: [ours: number, peer: number][] = [];
  await comparison.ours();
  await comparison.peer();
  await measure(comparison, pairs, rounds);
  if (isDoubtful(summarise(comparison, pairs), comparison)) await measure(comparison, pairs, comparison.mostRounds ?? 4 * rounds);
  return summarise(comparison, pairs);
}

async function measure({ours, peer}: Comparison, pairs: [number, number][], rounds: number): Promise<void> {
  while (pairs.length < rounds) {
    // Who begins alternates too.
    const oursFirst = pairs.length % 2 === 0;
    const first = await (oursFirst ? ours() : peer());
    const second = await (oursFirst ? peer() : ours());
    pairs.push(oursFirst ? [first, second] : [second, first]);
  }
}

function isDoubtful({ratio, holds}: Figure, {atMost, atLeast}: Comparison): boolean {
  const bar = atMost ?? atLeast;
  return bar !== undefined && (!holds || Math.abs(ratio / bar - 1) < closeToBar);
}

function summarise({figure, unit, atMost, atLeast, moreIsBetter}: Comparison, pairs: readonly [number, number][]): Figure {
  const ratios = pairs.map(([ours, peer]) => (atLeast === undefined || moreIsBetter ? ours / peer : peer / ours));
  const ratio = median(ratios);
  return {
    figure,
    value: median(pairs.map(([ours]) => ours)),
    unit,
    peer: median(pairs.map(([, peer]) => peer)),
    ratio,
    bar: atMost === undefined ? (atLeast === undefined ? null : `>= ${atLeast}`) : `<= ${atMost}`,
    holds: (atMost === undefined || ratio <= atMost) && (atLeast === undefined || ratio >= atLeast),
    spread: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
    rounds: pairs.length,
  };
}

/**
 * Prints figures as they come, as a table or, with `--json` on the command line, one JSON object a line; sets exit code 1 when a bar does not hold.
 *
 * @example
 * const report = new Report('ours', 'h5py');
 * report.add(await compare({figure: 'gzip read', unit: 'ms', ours, peer, atMost: 0.8}));
 */
export class Report {
  readonly #json: boolean;
  #begun = false;
  readonly #names: readonly [string, string];

  constructor(ours: string, peer: string, {json = process.argv.includes('--json')}: {json?: boolean} = {}) {
    this.#names = [ours, peer];
    this.#json = json;
  }

  /** Prints one figure. */
  add(figure: Figure): void {
    if (!figure.holds) process.exitCode = 1;
    if (this.#json)
      console.log(
        JSON.stringify({
          ...figure,
          value: short(figure.value),
          peer: short(figure.peer),
          ratio: short(figure.ratio),
          spread: figure.spread.map(short),
        }),
      );
    else this.#addRow(figure);
  }

  #addRow({figure, value, unit, peer, ratio, bar, holds, spread, rounds}: Figure): void {
    if (!this.#begun) console.log(row('figure', ...this.#names, 'ratio', 'middle half', 'rounds', 'bar', ''));
    this.#begun = true;
    const verdict = bar === null ? '' : holds ? 'holds' : 'DOES NOT HOLD';
    console.log(
      row(
        figure,
        `${short(value)} ${unit}`,
        `${short(peer)} ${unit}`,
        ratio.toFixed(2),
        spread.map((n) => n.toFixed(2)).join(' to '),
        String(rounds),
        bar ?? '',
        verdict,
      ),
    );
  }
}

const short = (n: number): number => Number(n.toPrecision(4));

const widths = [40, 14, 14, 7, 14, 7, 9, 0];
const row = (...cells: string[]): string =>
  cells
    .map((cell, i) => cell.padEnd(widths[i] ?? 0))
    .join(' ')
    .trimEnd();
