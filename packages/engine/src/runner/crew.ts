import {FirstlightError} from '@firstlight/core';
import type {DescribedEvent} from '@firstlight/core';
import type {Runner} from './runner.ts';

export interface CrewParts {
  /** Runners kept when idle. */
  readonly size: number;
  readonly start: () => Runner;
  readonly load: (runner: Runner) => Promise<DescribedEvent>;
  /** The version of the context that new runners load. */
  readonly version: () => string;
}

/** A runner, and the version of the context that it has loaded. */
export interface Member {
  readonly runner: Runner;
  version: string;
}

/** The runners of a pool: those at work, those that wait for work, and the work that waits for one. */
export class Crew implements AsyncDisposable {
  readonly #parts: CrewParts;
  readonly #closing = new AbortController();
  readonly #idle: Member[] = [];
  readonly #busy = new Set<Member>();
  readonly #members = new Set<Member>();
  #waiting: PromiseWithResolvers<Member>[] = [];
  #starting = 0;
  #isRetired = false;

  constructor(parts: CrewParts) {
    this.#parts = parts;
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Throws `closed` once it is. */
  throwIfClosed(): void {
    if (this.isClosed) throw closed();
  }

  /** A runner for work, best with a version loaded: an idle one, or whichever comes first, one that gets free or a new one when there may be one more. */
  async take(version: string): Promise<Member> {
    const ready = this.#idle.findIndex((member) => member.version === version);
    const member = this.#idle.splice(ready === -1 ? this.#idle.length - 1 : ready, 1)[0] ?? (await this.#wait());
    this.#busy.add(member);
    return member;
  }

  /** A runner for work at once: an idle one, or one more. */
  takeAtOnce(): Member {
    return this.#atWork(this.#idle.pop() ?? this.#start());
  }

  /** A new runner for work. */
  takeNew(): Member {
    return this.#atWork(this.#start());
  }

  /** Has a runner load a version; one that could not is not used again. */
  async load(member: Member, version: string): Promise<DescribedEvent> {
    try {
      const described = await this.#parts.load(member.runner);
      member.version = version;
      return described;
    } catch (error) {
      await this.dismiss(member);
      throw error;
    }
  }

  /** The work of a runner is done. */
  giveBack(member: Member): void {
    this.#busy.delete(member);
    if (this.#isRetired) return void member.runner[Symbol.asyncDispose]();
    this.#keep(member);
    const surplus = this.#idle.splice(0, Math.max(0, this.#idle.length + this.#busy.size - this.#parts.size));
    for (const {runner} of surplus) void runner[Symbol.asyncDispose]();
  }

  /** Ends a runner that is at work. */
  async dismiss(member: Member): Promise<void> {
    this.#busy.delete(member);
    await member.runner[Symbol.asyncDispose]();
  }

  /** Ends the runners that wait for work. */
  dismissIdle(): void {
    for (const {runner} of this.#idle.splice(0)) void runner[Symbol.asyncDispose]();
  }

  /** Takes no new work; runners end when theirs does. */
  retire(): void {
    this.#isRetired = true;
    this.dismissIdle();
  }

  /** Ends all runners at once; the work in them is lost. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    for (const waiter of this.#waiting.splice(0)) waiter.reject(closed());
    for (const member of this.#members) if (!this.#idle.includes(member)) member.runner.kill('the experiment is closed');
    await Promise.all([...this.#members].map(async ({runner}) => runner[Symbol.asyncDispose]()));
  }

  #atWork(member: Member): Member {
    this.#busy.add(member);
    return member;
  }

  async #wait(): Promise<Member> {
    this.throwIfClosed();
    const waiter = Promise.withResolvers<Member>();
    this.#waiting.push(waiter);
    if (this.#starting + this.#busy.size < this.#parts.size) void this.#startSpare();
    return waiter.promise;
  }

  async #startSpare(): Promise<void> {
    try {
      this.#keep(await this.#started());
    } catch (error) {
      this.#waiting.shift()?.reject(error);
    }
  }

  async #started(): Promise<Member> {
    this.#starting += 1;
    try {
      const member = this.#start();
      await this.load(member, this.#parts.version());
      return member;
    } finally {
      this.#starting -= 1;
    }
  }

  #keep(member: Member): void {
    if (!member.runner.isAlive || this.isClosed) {
      if (this.#waiting.length > this.#starting && !this.isClosed) void this.#startSpare(); // In place of the lost one.
      return;
    }
    const waiter = this.#waiting.shift();
    if (!waiter) return void this.#idle.push(member);
    this.#busy.add(member);
    waiter.resolve(member);
  }

  #start(): Member {
    const member: Member = {runner: this.#parts.start(), version: ''};
    this.#members.add(member);
    void this.#forgetWhenEnded(member);
    return member;
  }

  async #forgetWhenEnded(member: Member): Promise<void> {
    await member.runner.ended;
    this.#members.delete(member);
    const place = this.#idle.indexOf(member);
    if (place !== -1) this.#idle.splice(place, 1);
  }
}

const closed = (): FirstlightError => new FirstlightError('closed', 'The experiment was closed.');
