import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {entryOf} from '../src/queue/entry.ts';
import type {EntryFacts} from '../src/queue/entry.ts';
import {jobOf} from '../src/queue/job.ts';
import type {Job} from '../src/queue/job.ts';
import {JobQueue} from '../src/queue/job-queue.ts';

const facts = (run: number, by: EntryFacts['by'], signature = 'a'): EntryFacts => {
  const work = {proposal: 1234, run, trigger: 'raw' as const, variables: null, mock: false};
  return {...work, signature, by, requestedAt: 0};
};
const job = (run: number, by: EntryFacts['by'], signature?: string): Job => jobOf(entryOf(facts(run, by, signature)), 0);

function drain(queue: JobQueue): number[] {
  const runs: number[] = [];
  for (let next = queue.next(); next; next = queue.next()) {
    runs.push(next.entry.run);
    queue.remove(next);
  }
  return runs;
}

test('people go before the watcher, each in the order they came', () => {
  const queue = new JobQueue();
  for (const one of [job(1, 'watch'), job(2, 'user'), job(3, 'watch'), job(4, 'user')]) queue.add(one);
  expect(queue.waiting).toBe(4);
  expect(drain(queue)).toEqual([2, 4, 1, 3]);
});

test('a run has one job at a time, until its values are stored', () => {
  const queue = new JobQueue();
  const [first, second, other] = [job(1, 'watch', 'a'), job(1, 'watch', 'b'), job(2, 'watch')];
  for (const one of [first, second, other]) queue.add(one);
  queue.move(first, 'running');
  expect(queue.next()).toBe(other);
  queue.move(first, 'storing');
  expect(queue.next()).toBe(other);
  queue.remove(first);
  expect(queue.next()).toBe(second);
});

test('a job that is begun again goes first, and one that is asked for by a person passes the rest', () => {
  const queue = new JobQueue();
  const jobs = [job(1, 'watch'), job(2, 'watch'), job(3, 'watch')] as const;
  for (const one of jobs) queue.add(one);
  queue.move(jobs[0], 'running');
  queue.move(jobs[0], 'waiting', {toFront: true});
  queue.promote(jobs[2]);
  expect(drain(queue)).toEqual([3, 1, 2]);
});

test('the same work that waits or is held is found, and what runs is not', () => {
  const queue = new JobQueue();
  const one = job(1, 'watch');
  queue.add(one);
  expect(queue.waitingFor(facts(1, 'user', 'request'))).toBe(one);
  expect(queue.waitingFor({...facts(1, 'user'), trigger: 'proc'})).toBeUndefined();
  queue.move(one, 'held');
  expect(queue.held).toEqual([one]);
  expect(queue.waitingFor(facts(1, 'user'))).toBe(one);
  expect(queue.next()).toBeUndefined();
  queue.move(one, 'running');
  expect(queue.waitingFor(facts(1, 'user'))).toBeUndefined();
});

test('whatever happens, every job is given out once and runs of the same number never meet', () => {
  const arrival = fc.record({run: fc.integer({min: 1, max: 4}), by: fc.constantFrom('user' as const, 'watch' as const)});
  fc.assert(
    fc.property(fc.array(fc.oneof(arrival, fc.constant('start' as const), fc.constant('end' as const)), {maxLength: 60}), (steps) => {
      const queue = new JobQueue();
      const running: Job[] = [];
      const given = new Set<string>();
      let added = 0;
      const start = (): void => {
        const next = queue.next();
        if (!next) return;
        expect(running.map(({entry}) => entry.run)).not.toContain(next.entry.run);
        expect(given.has(next.entry.key)).toBe(false);
        given.add(next.entry.key);
        queue.move(next, 'running');
        running.push(next);
      };
      const end = (): void => {
        const ended = running.shift();
        if (ended) queue.remove(ended);
      };
      for (const step of steps) {
        if (step === 'start') start();
        else if (step === 'end') end();
        else queue.add(job(step.run, step.by, String((added += 1))));
      }
      while (running.length > 0 || queue.next()) {
        start();
        end();
      }
      expect(given.size).toBe(added);
    }),
  );
});
