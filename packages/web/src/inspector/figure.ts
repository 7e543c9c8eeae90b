import type {Figure} from 'plotly.js-dist-min';

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Makes a figure of any plotly.py drawable by plotly.js 4: `*mapbox` traces and layouts got the name `*map`, and `*src` references to columns of their web service
 * are gone.
 */
export function modernFigure(figure: unknown): Figure {
  if (!isObject(figure)) throw new Error('The stored figure is not a Plotly figure.');
  const layout = isObject(figure['layout']) ? figure['layout'] : {};
  return {
    ...figure,
    data: Array.isArray(figure['data']) ? figure['data'].map((trace) => (isObject(trace) ? modernTrace(trace) : trace)) : [],
    layout: Object.fromEntries(
      Object.entries(withoutSources(layout)).map(([key, value]) => [key.replace(/^mapbox(\d*)$/, 'map$1'), value]),
    ),
  };
}

function modernTrace(trace: Json): Json {
  const type = trace['type'];
  return withoutSources(typeof type === 'string' ? {...trace, type: type.replace(/mapbox$/, 'map')} : trace);
}

/** `xsrc`, `ysrc` and the like: text beside a property of the same name without `src`. */
const withoutSources = (object: Json): Json =>
  Object.fromEntries(
    Object.entries(object).filter(([key, value]) => !(key.endsWith('src') && typeof value === 'string' && key.slice(0, -3) in object)),
  );

/** The figure in the size of its place, without the width and height that suited a notebook. */
export function fitted({layout = {}, ...figure}: Figure): Figure {
  const {width: _width, ...rest} = layout;
  return {...figure, layout: {...rest, autosize: true}};
}
