import {useCallback, useMemo, useSyncExternalStore} from 'react';
import {formatRoute, parseRoute, type Route} from './route.ts';

const subscribe = (listener: () => void) => {
  window.addEventListener('hashchange', listener);
  window.addEventListener('popstate', listener);
  return () => {
    window.removeEventListener('hashchange', listener);
    window.removeEventListener('popstate', listener);
  };
};

/** The address, and a way to change it: `push` makes an entry for the back button, `replace` does not. */
export function useRoute(): [Route, (route: Route, how: 'push' | 'replace') => void] {
  const hash = useSyncExternalStore(subscribe, () => location.hash);
  const route = useMemo(() => parseRoute(hash), [hash]);
  const go = useCallback((next: Route, how: 'push' | 'replace') => {
    const address = formatRoute(next);
    if (address === location.hash) return;
    if (how === 'push') history.pushState(null, '', address);
    else history.replaceState(null, '', address);
    window.dispatchEvent(new PopStateEvent('popstate')); // history's methods tell nobody
  }, []);
  return [route, go];
}
