import type {TableStore} from '../experiment/table-store.ts';
import type {Painter} from './painter.ts';
import type {ChosenWidths} from './widths.ts';

/** Lets people drag the right edge of a column header; a double click gives the column its natural width back. */
export function resizeByPointer(grid: HTMLElement, painter: Painter, store: TableStore, widths: ChosenWidths, signal: AbortSignal): void {
  const handleOf = (event: Event) => (event.target instanceof Element ? event.target.closest<HTMLElement>('.handle') : null);

  grid.addEventListener(
    'pointerdown',
    (down) => {
      const handle = handleOf(down);
      const index = Number(handle?.dataset['column']);
      const name = store.columns[index]?.variable.name;
      if (!handle || name === undefined || down.button !== 0) return;
      down.preventDefault();
      const before = painter.widthOf(index);
      const stop = new AbortController();
      const dragging = {signal: AbortSignal.any([signal, stop.signal])};
      handle.setPointerCapture(down.pointerId);
      handle.classList.add('dragged');
      const move = (event: PointerEvent) => {
        widths.set(name, before + event.clientX - down.clientX);
        painter.relayout();
      };
      const end = () => {
        handle.classList.remove('dragged');
        stop.abort();
      };
      handle.addEventListener('pointermove', move, dragging);
      handle.addEventListener('lostpointercapture', end, dragging);
    },
    {signal},
  );

  grid.addEventListener(
    'dblclick',
    (event) => {
      const name = store.columns[Number(handleOf(event)?.dataset['column'])]?.variable.name;
      if (name === undefined) return;
      widths.set(name, undefined);
      painter.relayout();
    },
    {signal},
  );
}
