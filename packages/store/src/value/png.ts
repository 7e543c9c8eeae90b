import {crc32, deflateSync} from 'node:zlib';

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const truecolourWithAlpha = 6;
const filterUp = 2;
const bytesPerPixel = 4;

/** RGBA pixels (rows from top to bottom) as the bytes of a PNG file. */
export function encodePng(rgba: Uint8Array, width: number, height: number): Uint8Array {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, truecolourWithAlpha, 0, 0, 0], 8);
  const parts = [
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(filtered(rgba, width, height))),
    chunk('IEND', new Uint8Array(0)),
  ];
  return new Uint8Array(Buffer.concat(parts));
}

/** Each row as its difference to the row above: pictures of detectors and stretched thumbnails then compress well. */
function filtered(rgba: Uint8Array, width: number, height: number): Uint8Array {
  const stride = width * bytesPerPixel;
  const rows = new Uint8Array((stride + 1) * height);
  for (let y = 0; y < height; y++) {
    const target = y * (stride + 1);
    rows[target] = filterUp;
    for (let i = 0; i < stride; i++) {
      const above = y === 0 ? 0 : (rgba[(y - 1) * stride + i] as number);
      rows[target + 1 + i] = (rgba[y * stride + i] as number) - above;
    }
  }
  return rows;
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}
