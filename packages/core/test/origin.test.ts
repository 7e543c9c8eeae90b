import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {z} from 'zod';
import {dataIdentity, identityText, origins} from '../src/index.ts';

const file = new URL('../../../fixtures/wire/identities.json', import.meta.url);
const examples = z
  .array(origins.originStep.extend({text: z.string()}))
  .parse(JSON.parse(readFileSync(file, 'utf8')))
  .map((example) => [example.code, example] as const);

test.each(examples)('the identity of example %s is the one that all languages make', (_, {text, identity, ...ingredients}) => {
  expect(identityText(ingredients)).toBe(text);
  expect(createHash('sha256').update(text).digest('hex')).toBe(identity);
});

test('the order in which inputs and files are told does not count', () => {
  for (const [, {text, identity: _, ...ingredients}] of examples) {
    const dependsOn = Object.fromEntries(Object.entries(ingredients.dependsOn ?? {}).reverse());
    expect(identityText({...ingredients, dependsOn, inputs: ingredients.inputs.toReversed()})).toBe(text);
  }
});

test('a variable of processed data could read both', () => {
  expect(dataIdentity('raw', {raw: 'r', proc: 'p'})).toBe('r');
  expect(dataIdentity('proc', {raw: 'r', proc: 'p'})).toBe('r+p');
  expect(dataIdentity('proc', {raw: null, proc: null})).toBeNull();
});
