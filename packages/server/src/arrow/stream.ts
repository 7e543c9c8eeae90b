import {AsyncByteQueue, RecordBatch, RecordBatchStreamWriter, Struct, makeData} from 'apache-arrow';
import type {Data, Schema} from 'apache-arrow';

export const arrowContentType = 'application/vnd.apache.arrow.stream';

/** One record batch of the given columns. */
export const batchOf = (schema: Schema, length: number, children: Data[]): RecordBatch =>
  new RecordBatch(schema, makeData({type: new Struct(schema.fields), length, nullCount: 0, children}));

/** Where the writer leaves its bytes until they are taken; the library's own queue would fill however slowly a client reads. */
class Basket extends AsyncByteQueue {
  #bytes: Uint8Array[] = [];

  override write(piece: ArrayBufferView): void {
    this.#bytes.push(new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength));
  }

  take(): Buffer {
    const bytes = Buffer.concat(this.#bytes);
    this.#bytes = [];
    return bytes;
  }
}

/** An Arrow IPC stream, one piece for each batch; there must be at least one, an empty one for an empty table. */
export async function* arrowStream(batches: AsyncIterable<RecordBatch> | Iterable<RecordBatch>): AsyncGenerator<Uint8Array> {
  const basket = new Basket();
  const writer = new RecordBatchStreamWriter().reset(basket);
  for await (const batch of batches) {
    writer.write(batch);
    yield basket.take();
  }
  writer.finish();
  yield basket.take();
}

/** A whole Arrow IPC stream of one batch. */
export function arrowBytes(batch: RecordBatch): Buffer {
  const basket = new Basket();
  const writer = new RecordBatchStreamWriter().reset(basket);
  writer.write(batch);
  writer.finish();
  return basket.take();
}
