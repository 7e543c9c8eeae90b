import type {PlotlyFigure} from '../results.ts';

/** The size an SVG says it has, in pixels. */
function sizeOf(text: string): {width: number; height: number} {
  const [tag = ''] = /<svg\b[^>]*>/i.exec(text) ?? [];
  const length = (name: string) => Number(new RegExp(`\\s${name}\\s*=\\s*["']\\s*([\\d.]+)(?:px)?\\s*["']`, 'i').exec(tag)?.[1]);
  const [, , boxWidth, boxHeight] = (/\sviewBox\s*=\s*["']([^"']*)["']/i.exec(tag)?.[1] ?? '')
    .trim()
    .split(/[\s,]+/)
    .map(Number);
  return {width: length('width') || boxWidth || 600, height: length('height') || boxHeight || 400};
}

/**
 * A drawing as SVG, to return from a variable. It is kept sharp, not turned into pixels: as the only picture of a Plotly figure, which a browser draws.
 *
 * @example
 * svg('<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90"><circle cx="45" cy="45" r="40"/></svg>');
 * @throws TypeError for text that is no SVG.
 */
export function svg(text: string): PlotlyFigure {
  if (!/<svg\b[^>]*>[\s\S]*<\/svg>\s*$|<svg\b[^>]*\/>\s*$/i.test(text)) {
    throw new TypeError('svg() wants the text of an SVG drawing, from <svg …> to </svg>; for the bytes of a PNG file there is png().');
  }
  // Outside a page a drawing without its name space is only text.
  const named = /<svg\b[^>]*\sxmlns\s*=/i.test(text) ? text : text.replace(/<svg\b/i, '<svg xmlns="http://www.w3.org/2000/svg"');
  const {width, height} = sizeOf(text);
  const source = `data:image/svg+xml;base64,${Buffer.from(named, 'utf8').toString('base64')}`;
  const axis = {visible: false, fixedrange: false};
  return {
    data: [],
    layout: {
      width,
      height,
      margin: {l: 0, r: 0, t: 0, b: 0},
      xaxis: {...axis, range: [0, width], constrain: 'domain'},
      yaxis: {...axis, range: [0, height], scaleanchor: 'x'},
      images: [{source, xref: 'x', yref: 'y', x: 0, y: height, sizex: width, sizey: height, sizing: 'contain', layer: 'below'}],
    },
  };
}
