import {FirstlightError, type NDArray} from '@firstlight/core';
import type {H5Group} from '@firstlight/hdf5';
import {writeNetcdf} from '../netcdf/write.ts';
import {type CellValue, isDataArray, isDataset, isImage, isNDArray, isPlotly, type Outcome, type Value} from '../value/model.ts';
import {checkArray, harmlessText, isNumericScalar, scalarArray, storableText} from '../value/storable.ts';
import {summarise} from '../value/summarise.ts';
import {areas, type ObjectType, objectTypeAttribute} from './areas.ts';

/** Writes what became of a variable into a fragment in the making. */
export function storeOutcome(file: H5Group, name: string, outcome: Exclude<Outcome, {state: 'none'}>): void {
  if (outcome.state === 'ok') return storeCell(file, name, outcome.cell);
  using error = file.createDataset(`${areas.errors}/${name}`, harmlessText(outcome.message));
  error.attributes.set('type', harmlessText(outcome.errorClass));
  if (outcome.where !== undefined) error.attributes.set('where', harmlessText(outcome.where));
}

function storeCell(file: H5Group, name: string, cell: CellValue): void {
  if (cell.data !== null) storeData(file, name, cell.data);
  if (cell.preview !== undefined && cell.preview !== null) storePreview(file, name, cell.preview);
  storeSummary(file, name, cell);
}

function storeData(file: H5Group, name: string, data: Value): void {
  using group = file.createGroup(name);
  const type = objectTypeOf(data);
  if (type) group.attributes.set(objectTypeAttribute, type);
  if (isDataArray(data) || isDataset(data)) writeNetcdf(group, data);
  else group.createDataset('data', plainArray(data))[Symbol.dispose]();
}

function storePreview(file: H5Group, name: string, preview: Value): void {
  const path = `${areas.preview}/${name}`;
  const type = objectTypeOf(preview);
  if (isDataArray(preview)) {
    using group = file.createGroup(path);
    group.attributes.set(objectTypeAttribute, 'dataarray');
    writeNetcdf(group, preview);
    return;
  }
  if (isDataset(preview)) throw new FirstlightError('value-not-storable', 'A Dataset cannot be a preview; give one of its arrays.');
  using dataset = file.createDataset(path, plainArray(preview));
  if (type) dataset.attributes.set(objectTypeAttribute, type);
}

function objectTypeOf(value: Value): ObjectType | undefined {
  if (isDataArray(value)) return 'dataarray';
  if (isDataset(value)) return 'dataset';
  if (isImage(value)) return 'image';
  return isPlotly(value) ? 'PlotlyFigure' : undefined;
}

function plainArray(value: Value): string | NDArray {
  if (typeof value === 'string') return storableText(value);
  if (isNumericScalar(value)) return scalarArray(value);
  if (isImage(value)) return checkArray({dtype: 'uint8', shape: [value.height, value.width, 4], data: value.rgba});
  if (isPlotly(value)) {
    const bytes = new TextEncoder().encode(value.json);
    return {dtype: 'uint8', shape: [bytes.length], data: bytes};
  }
  if (isNDArray(value)) return checkArray(value);
  throw new FirstlightError(
    'value-not-storable',
    'This kind of value cannot be saved; return a number, text, array, DataArray, Dataset or figure.',
  );
}

function storeSummary(file: H5Group, name: string, cell: CellValue): void {
  const {stored, summaryType, maxDiff, attributes} = summarise(cell);
  if (stored === null) return;
  using dataset = file.createDataset(`${areas.reduced}/${name}`, stored);
  if (cell.summaryMethod) dataset.attributes.set('summary_method', cell.summaryMethod);
  if (summaryType) dataset.attributes.set('summary_type', summaryType);
  if (maxDiff !== null) dataset.attributes.set('max_diff', maxDiff);
  if (attributes?.units !== undefined) dataset.attributes.set('units', attributes.units);
  if (attributes?.bold !== undefined) dataset.attributes.set('bold', attributes.bold);
  if (attributes?.uncertainty !== undefined) dataset.attributes.set('uncertainty', attributes.uncertainty);
  if (attributes?.format !== undefined) dataset.attributes.set('format', attributes.format);
  if (attributes?.background)
    dataset.attributes.set('background', {dtype: 'uint8', shape: [3], data: Uint8Array.from(attributes.background)});
}
