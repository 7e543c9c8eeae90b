/** Most open pages and programs that listen at the same time. */
export const mostConnections = 512;
/** Most operations one of them may have running. */
export const mostOperationsEach = 32;
/** Longest message a client may send, bytes. */
export const longestMessage = 256 * 1024;
/** A client that leaves so much unread, bytes, is cut off; it connects again and goes on from the change it has. */
export const mostUnread = 32 * 1024 * 1024;
/** Time between two pings, ms; a client that misses one is gone. */
export const pingMs = 15_000;
/** Most programs that read changes as lines at the same time. */
export const mostReaders = 256;
