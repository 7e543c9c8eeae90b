import type {H5Group} from '@firstlight/hdf5';
import {copyNetcdf, type DimensionNumbers} from '../netcdf/copy.ts';

/** The groups of a run file or fragment besides one group for each variable. Names with a leading dot are never variables. */
export const areas = {reduced: '.reduced', preview: '.preview', errors: '.errors'} as const;
/** Our own group: DAMNIT ignores it. In a fragment its attribute `none` names the variables whose old value must go. */
export const ownGroup = '.firstlight';
export const noneAttribute = 'none';
export const objectTypeAttribute = '_damnit_objtype';

/** The values of `_damnit_objtype`; any other makes DAMNIT refuse the variable. The last two are pandas tables, as the bytes of Parquet files, since DAMNIT 0.4. */
export type ObjectType = 'dataarray' | 'dataset' | 'image' | 'PlotlyFigure' | 'dataframe' | 'series';

const everywhere = ['', ...Object.values(areas)];

/** Removes all a file holds about a variable. */
export function removeVariable(file: H5Group, name: string): void {
  for (const area of everywhere) if (file.has(`${area}/${name}`)) file.delete(`${area}/${name}`);
}

/** Copies all a file (or a group built like one) holds about a variable into another that holds nothing about it. */
export function copyVariable(from: H5Group, to: H5Group, name: string, numbers: DimensionNumbers): void {
  for (const area of everywhere) {
    if (!from.has(area ? `${area}/${name}` : name)) continue;
    using source = from.group(area || '.');
    using target = to.requireGroup(area || '.');
    if (isNetcdf(source, name)) copyNetcdf(source, name, target, numbers);
    else source.copy(name, target, name);
  }
}

function isNetcdf(parent: H5Group, name: string): boolean {
  if (parent.kind(name) !== 'group') return false;
  using group = parent.group(name);
  const type = group.attributes.get(objectTypeAttribute);
  return type === 'dataarray' || type === 'dataset';
}

/** The variables a file says anything about. */
export function variablesIn(file: H5Group): string[] {
  const names = file.keys().filter((name) => !name.startsWith('.'));
  for (const area of Object.values(areas)) {
    if (file.kind(area) !== 'group') continue;
    using group = file.group(area);
    names.push(...group.keys());
  }
  return [...new Set(names)];
}
