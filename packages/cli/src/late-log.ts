import {stderrLog, type Log} from '@firstlight/engine';

const mostHeld = 100;

/** Holds what there is to say until a short command is over, so that what ends the command is said once, not as a warning before, too. */
export class LateLog implements Log {
  #held: {readonly sentence: string; readonly say: () => void}[] = [];

  info(sentence: string, facts?: Readonly<Record<string, unknown>>): void {
    this.#hold(sentence, () => stderrLog.info(sentence, facts));
  }

  warn(sentence: string, facts?: Readonly<Record<string, unknown>>): void {
    this.#hold(sentence, () => stderrLog.warn(sentence, facts));
  }

  error(sentence: string, facts?: Readonly<Record<string, unknown>>): void {
    this.#hold(sentence, () => stderrLog.error(sentence, facts));
  }

  /** What is said elsewhere. */
  leaveOut(told: string): void {
    this.#held = this.#held.filter(({sentence}) => sentence !== told);
  }

  /** Says the rest. */
  tell(): void {
    for (const {say} of this.#held) say();
    this.#held = [];
  }

  #hold(sentence: string, say: () => void): void {
    if (this.#held.length >= mostHeld) this.tell();
    this.#held.push({sentence, say});
  }
}
