import {readFileSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {z} from 'zod';
import {runnerSchema} from '../../../scripts/wire-schema.ts';
import {wire} from '../src/index.ts';

const fixture = (name: string): string => readFileSync(new URL(`../../../fixtures/wire/${name}`, import.meta.url), 'utf8');
const lines = (name: string): unknown[] =>
  fixture(name)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);

const typesOf = (schema: typeof wire.request | typeof wire.event): string[] =>
  schema.options.map((option) => option.shape.type.value).toSorted();
const typesIn = (name: string): string[] =>
  [...new Set(lines(name).map((line) => z.object({type: z.string()}).parse(line).type))].toSorted();

describe('the examples of the runner protocol', () => {
  test.each(lines('requests.jsonl'))('request %j is read as it was written', (line) => {
    expect(wire.request.parse(line)).toEqual(line);
  });

  test.each(lines('events.jsonl'))('event %j is read as it was written', (line) => {
    expect(wire.event.parse(line)).toEqual(line);
  });

  test('show every kind of message', () => {
    expect(typesIn('requests.jsonl')).toEqual(typesOf(wire.request));
    expect(typesIn('events.jsonl')).toEqual(typesOf(wire.event));
  });

  test('show every state of a value', () => {
    const shown = lines('events.jsonl').flatMap((line) => {
      const event = wire.event.parse(line);
      return event.type === 'value' ? [event.state] : [];
    });
    expect(new Set(shown)).toEqual(new Set(['ok', 'none', 'skipped', 'failed', 'cancelled']));
  });
});

test('the JSON schema for other languages is the one these schemas make (node scripts/wire-schema.ts writes it)', () => {
  expect(JSON.parse(fixture('runner.schema.json'))).toEqual(JSON.parse(runnerSchema()));
});
