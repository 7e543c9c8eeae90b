declare module 'plotly.js-dist-min' {
  export interface Figure {
    data?: unknown[];
    layout?: Record<string, unknown>;
    frames?: unknown[];
  }
  interface Plotly {
    newPlot(place: HTMLElement, figure: Figure & {config?: Record<string, unknown>}): Promise<unknown>;
    purge(place: HTMLElement): void;
    Plots: {resize(place: HTMLElement): Promise<unknown>};
  }
  const plotly: Plotly;
  export default plotly;
}
