import {userInfo} from 'node:os';

/** Who types, as the system calls him. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? '?'}`; // he has no name here
  }
}
