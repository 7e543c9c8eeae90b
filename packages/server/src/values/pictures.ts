import {FirstlightError} from '@firstlight/core';
import type {Place} from './place.ts';

/** The PNG that stands for a value, or (full) the picture itself when the value is one. @throws FirstlightError `no-preview`. */
export async function pictureOf({experiment, run, name, version}: Place, full: boolean): Promise<Uint8Array> {
  const {reader, folder} = experiment;
  if (full) {
    const {kind} = await reader.describeValue(folder.dir, run, name, {version});
    const value = kind === 'image' ? await reader.readData(folder.dir, run, name, {version}) : undefined;
    if (value?.kind === 'image') return value.png;
  }
  const png = await reader.previewPng(folder.dir, run, name, {version});
  if (png) return png;
  throw new FirstlightError('no-preview', `There is no picture of "${name}" for run ${run.run}: nothing in it can be drawn.`, {
    facts: {name, ...run},
  });
}

/** The JSON of a Plotly figure: the value itself, or its preview. @throws FirstlightError `no-figure`. */
export async function figureOf({experiment, run, name, version}: Place): Promise<string> {
  const {reader, folder} = experiment;
  const {kind, preview} = await reader.describeValue(folder.dir, run, name, {version});
  const value = kind === 'plotly' ? await reader.readData(folder.dir, run, name, {version}) : undefined;
  const shown = value ?? (preview === 'plotly' ? await reader.readPreview(folder.dir, run, name, {version}) : undefined);
  if (shown?.kind === 'plotly') return shown.figure;
  throw new FirstlightError('no-figure', `"${name}" of run ${run.run} is not a Plotly figure.`, {facts: {name, ...run}});
}
