import {useCallback, useState} from 'react';

/** A setting of this browser: read once, kept whenever it changes. What cannot be read is the default. */
export function useKept<T>(key: string, fallback: T, accepts: (value: unknown) => value is T): [T, (value: T) => void] {
  const [value, setValue] = useState(() => read(key, fallback, accepts));
  const keep = useCallback(
    (next: T) => {
      setValue(next);
      localStorage.setItem(`firstlight.${key}`, JSON.stringify(next));
    },
    [key],
  );
  return [value, keep];
}

function read<T>(key: string, fallback: T, accepts: (value: unknown) => value is T): T {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(`firstlight.${key}`) ?? 'null');
    return accepts(kept) ? kept : fallback;
  } catch {
    return fallback; // not written by us, or by another version
  }
}

export const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
export const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
