import {expect, test} from 'vitest';
import {isLoopback, namesOf, refusalOf} from '../src/http/guard.ts';

const own = {names: namesOf('127.0.0.1'), port: 8080};
const codeOf = (headers: Record<string, string>) => refusalOf({headers}, own)?.code;

test.for(['127.0.0.1:8080', 'localhost:8080', 'LOCALHOST:8080', '[::1]:8080'])('the host %s is our own', (host) => {
  expect(codeOf({host})).toBeUndefined();
  expect(codeOf({host, origin: `http://${host}`})).toBeUndefined();
});

test.for([
  'evil.example:8080',
  'localhost',
  'localhost:80',
  '127.0.0.1:8081',
  'localhost.evil.example:8080',
  '',
  'localhost:8080@evil.example',
  '[::1]',
  'a b:8080',
])('the host "%s" is refused', (host) => {
  expect(codeOf({host})).toBe('foreign-host');
});

test.for(['http://evil.example', 'https://localhost:8080', 'http://localhost:3000', 'null', 'file://', ''])(
  'the origin "%s" is refused',
  (origin) => {
    expect(codeOf({host: 'localhost:8080', origin})).toBe('foreign-origin');
  },
);

test('a picture or frame of a foreign page is refused, a followed link is not', () => {
  const host = 'localhost:8080';
  expect(codeOf({host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image'})).toBe('foreign-origin');
  expect(codeOf({host, 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe'})).toBe('foreign-origin');
  expect(codeOf({host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document'})).toBeUndefined();
  expect(codeOf({host, 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty'})).toBeUndefined();
});

test('a server on another address also answers to that name', () => {
  expect(namesOf('10.1.2.3').has('10.1.2.3')).toBe(true);
  expect(namesOf('fe80::1').has('[fe80::1]')).toBe(true);
  expect(namesOf('0.0.0.0').size).toBeGreaterThan(3);
  expect([isLoopback('127.0.0.1'), isLoopback('::1'), isLoopback('0.0.0.0'), isLoopback('127.evil.example')]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
