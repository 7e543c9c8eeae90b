/**
 * Undoes LZF compression (the format of liblzf, h5py's own filter 32000) into `output`.
 *
 * Returns the number of bytes produced, or -1 when the input is damaged or `output` is too small.
 */
export function lzfDecompress(input: Uint8Array, output: Uint8Array): number {
  let from = 0;
  let to = 0;
  while (from < input.length) {
    const control = input[from++] as number;
    if (control < 32) {
      const end = from + control + 1;
      if (end > input.length || to + control + 1 > output.length) return -1;
      while (from < end) output[to++] = input[from++] as number;
      continue;
    }
    let length = control >> 5;
    if (length === 7) length += from < input.length ? (input[from++] as number) : Number.NaN;
    const low = input[from++];
    if (low === undefined || Number.isNaN(length)) return -1;
    let back = to - ((control & 0x1f) << 8) - low - 1;
    if (back < 0 || to + length + 2 > output.length) return -1;
    // Byte by byte: the copied range may overlap what is being written.
    for (let left = length + 2; left > 0; left--) output[to++] = output[back++] as number;
  }
  return to;
}
