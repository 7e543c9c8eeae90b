import type {Sase} from './sase.ts';

// Bits of a place in the bunch pattern table: https://extra.readthedocs.io calls them the destination and the soft kick.
const DESTINATION_SHIFT = 18;
const DESTINATION_MASK = 0xf;
const TO_SASE2 = 2;
const TO_SASE1_AND_3 = 4;
const KICKED = 1 << 27;

/** Tells whether the bunch at a place of the table makes an X-ray pulse of a SASE. Kicked bunches pass SASE 1 without light and lase in SASE 3. */
export function isPulseOf(place: number, sase: Sase): boolean {
  const destination = (place >>> DESTINATION_SHIFT) & DESTINATION_MASK;
  if (sase === 2) return destination === TO_SASE2;
  return destination === TO_SASE1_AND_3 && ((place & KICKED) !== 0) === (sase === 3);
}

/** The places of a train's row of the table that hold a pulse of a SASE, in their order. */
export function pulsePlaces(row: ArrayLike<number | bigint>, sase: Sase): number[] {
  const places: number[] = [];
  for (let i = 0; i < row.length; i++) if (isPulseOf(Number(row[i]), sase)) places.push(i);
  return places;
}
