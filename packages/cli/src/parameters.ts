import {InvalidArgumentError} from 'commander';

/**
 * Reads one `KEY=VALUE`, and adds it to those before: VALUE as JSON if it is, else as text.
 *
 * @example
 * parameter('cut=3.5', {mode: 'fast'}); // {mode: 'fast', cut: 3.5}
 */
export function parameter(text: string, before: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined) throw new InvalidArgumentError('Write KEY=VALUE, for example cut=3.5.');
  return {...before, [key]: jsonOrText(value)};
}

function jsonOrText(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
