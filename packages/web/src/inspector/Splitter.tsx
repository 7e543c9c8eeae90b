import type {KeyboardEvent, PointerEvent} from 'react';

const narrowestPx = 300;
const stepPx = 24;

const within = (width: number): number => Math.round(Math.max(narrowestPx, Math.min(width, window.innerWidth * 0.8)));

/** The edge between table and inspector: drag it, or use the arrow keys. */
export function Splitter({width, onChange}: {readonly width: number; readonly onChange: (widthPx: number) => void}) {
  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    if (event.currentTarget.hasPointerCapture(event.pointerId)) onChange(within(window.innerWidth - event.clientX));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const by = {ArrowLeft: stepPx, ArrowRight: -stepPx}[event.key];
    if (by !== undefined) onChange(within(width + by));
  };
  return (
    <div
      className="splitter"
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the inspector"
      aria-valuenow={width}
      aria-valuemin={narrowestPx}
      aria-valuemax={Math.round(window.innerWidth * 0.8)}
      tabIndex={0}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={onPointerMove}
      onKeyDown={onKeyDown}
    />
  );
}
