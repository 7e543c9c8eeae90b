import type {ReactNode} from 'react';

/** A quiet message in place of something that is not there. */
export function Notice({title, children}: {readonly title: string; readonly children: ReactNode}) {
  return (
    <section className="notice" aria-label={title}>
      <h2>{title}</h2>
      <p>{children}</p>
    </section>
  );
}
