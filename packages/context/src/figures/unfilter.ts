interface Layout {
  /** Bytes of a row, without the one that names its filter. */
  readonly stride: number;
  readonly height: number;
  /** Bytes from a sample to the same sample of the pixel before. */
  readonly pixelBytes: number;
}

/** The rows of a PNG as they were before each was written as its difference to what is left of it and above it. */
export function unfilter(packed: Uint8Array, {stride, height, pixelBytes}: Layout): Uint8Array {
  const rows = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = packed[y * (stride + 1)] as number;
    const [from, to] = [y * (stride + 1) + 1, y * stride];
    for (let i = 0; i < stride; i++) {
      const left = i < pixelBytes ? 0 : (rows[to + i - pixelBytes] as number);
      const above = y === 0 ? 0 : (rows[to + i - stride] as number);
      const corner = y === 0 || i < pixelBytes ? 0 : (rows[to + i - stride - pixelBytes] as number);
      rows[to + i] = (packed[from + i] as number) + guess(filter, left, above, corner);
    }
  }
  return rows;
}

function guess(filter: number, left: number, above: number, corner: number): number {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return above;
  if (filter === 3) return (left + above) >> 1;
  if (filter === 4) return nearest(left, above, corner);
  throw new TypeError(`The PNG has a row with filter ${filter}, which there is not; the file is damaged.`);
}

/** Paeth's guess: whichever of the three is closest to left + above − corner. */
function nearest(left: number, above: number, corner: number): number {
  const [toLeft, toAbove, toCorner] = [Math.abs(above - corner), Math.abs(left - corner), Math.abs(left + above - 2 * corner)];
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}
