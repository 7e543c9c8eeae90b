import {useSyncExternalStore} from 'react';

/** The computed value of a colour role, for canvases, which do not know custom properties. */
export function colourOf(role: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${role})`;
  document.body.append(probe);
  const {color} = getComputedStyle(probe);
  probe.remove();
  return color;
}

const dark = matchMedia('(prefers-color-scheme: dark)');

const subscribe = (listener: () => void) => {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, {attributeFilter: ['data-theme']});
  dark.addEventListener('change', listener);
  return () => {
    observer.disconnect();
    dark.removeEventListener('change', listener);
  };
};

/** Changes whenever the theme does: what canvases are drawn again for. */
export const useThemeName = (): string =>
  useSyncExternalStore(subscribe, () => `${document.documentElement.dataset['theme']} ${dark.matches}`);
