import {closeSync, existsSync, openSync, rmSync, writeFileSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import {kill, processOf, victims} from './processes.ts';
import type {ServerUnderFire} from './server-under-fire.ts';
import {until} from './until.ts';

/** Where a process kills itself when it is chosen to (`packages/store/src/fault-point.ts`). */
const steps = [
  'queue:before-rename',
  'queue:after-rename',
  'queue:after-removal',
  'feed:before-append',
  'feed:after-append',
  'fragment:before-rename',
  'fragment:after-rename',
  'writer:after-copy',
  'writer:before-keeping',
  'writer:after-keeping',
  'writer:before-rename',
  'writer:after-rename',
  'writer:before-commit',
  'writer:after-commit',
  'writer:between-unlinks',
];

export interface AssaultOptions {
  readonly server: ServerUnderFire;
  /** Directory in which a file chooses a step. */
  readonly steps: string;
  readonly seed: number;
  readonly kills: number;
  /** A small file system that is filled, too. */
  readonly disk: string | undefined;
}

const valuesBetween = 20;
const fillings = 3;

/** Kills processes one after the other, each time after some values were computed: at every step once, then at random. */
export class Assault {
  /** How often something was killed, by step or by process. */
  readonly byPlace: Record<string, number> = {};
  count = 0;
  isOver = false;
  readonly #options: AssaultOptions;
  #random: number;

  constructor(options: AssaultOptions) {
    this.#options = options;
    this.#random = options.seed;
  }

  /** Goes on until every step and all random kills were done. */
  async attack(onAttack: (what: string) => void): Promise<void> {
    const {kills, disk} = this.#options;
    const plan = [
      ...steps.slice(0, kills).map((step) => ({what: step, act: async () => this.#atStep(step)})),
      ...Array.from({length: Math.max(0, kills - steps.length)}, () => ({what: 'at random', act: async () => this.#atRandom()})),
      ...(disk === undefined ? [] : Array.from({length: fillings}, () => ({what: 'the disk fills up', act: async () => this.#fill(disk)}))),
    ];
    for (const {what, act} of this.#shuffled(plan)) {
      await this.#progress();
      onAttack(what);
      await act();
    }
    this.isOver = true;
  }

  async #atStep(step: string): Promise<void> {
    const path = join(this.#options.steps, step);
    writeFileSync(path, '');
    await until(`a process comes to ${step}`, () => !existsSync(path));
    this.#note(step);
  }

  async #atRandom(): Promise<void> {
    const victim = victims[this.#below(victims.length)] as (typeof victims)[number];
    if (kill(processOf(victim, this.#options.server.pid))) this.#note(victim);
  }

  async #fill(disk: string): Promise<void> {
    const filler = join(disk, 'filler');
    writeUntilFull(filler);
    await until('the server notices that the disk is full', () => this.#options.server.disk === 'full');
    rmSync(filler);
    await until('the server goes on', () => this.#options.server.disk === 'ok');
    this.#note('full disk');
  }

  /** A process that is killed again and again before it has done anything would give up, and rightly so. */
  async #progress(): Promise<void> {
    const {server} = this.#options;
    const goal = server.computed + valuesBetween;
    await until('values come', () => server.computed >= goal);
  }

  #note(place: string): void {
    this.byPlace[place] = (this.byPlace[place] ?? 0) + 1;
    this.count += 1;
  }

  #shuffled<T>(items: readonly T[]): T[] {
    const left = [...items];
    return items.map(() => left.splice(this.#below(left.length), 1)[0] as T);
  }

  // A linear congruential generator (Numerical Recipes): the same seed, the same assault.
  #below(limit: number): number {
    this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#random / 2 ** 32) * limit);
  }
}

function writeUntilFull(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (;;) writeSync(file, Buffer.alloc(65_536));
  } catch {
    closeSync(file); // full, as wanted
  }
}
