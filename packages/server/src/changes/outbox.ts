/**
 * Puts JSON text that exists already into messages that are made by others.
 *
 * graphql-ws builds each message with `JSON.stringify`; a payload that was encoded for another client would be encoded again. Instead it gets a place-holder that
 * becomes a short text, which is replaced just before the message is sent.
 */
export class Outbox {
  readonly #waiting = new Map<string, string>();
  #count = 0;

  /** Keeps `json` for the next message that contains the returned place-holder. */
  place(json: string): {toJSON(): string} {
    this.#count += 1;
    const key = `encoded:${this.#count}`;
    this.#waiting.set(key, json);
    return {toJSON: () => key};
  }

  /** The message with its real payload. */
  fill(message: string): string {
    const match = /,"payload":"(encoded:\d+)"\}$/.exec(message.slice(-48));
    const json = match?.[1] === undefined ? undefined : this.#waiting.get(match[1]);
    if (!match?.[1] || json === undefined) return message;
    this.#waiting.delete(match[1]);
    return `${message.slice(0, message.length - match[0].length)},"payload":${json}}`;
  }
}
