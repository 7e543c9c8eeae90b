import {useEffect, useState, useSyncExternalStore} from 'react';
import {Session, type SessionView} from '../experiment/session.ts';

const never = () => () => undefined;
const nothing: SessionView = {store: null, connection: {state: 'connecting'}, problems: [], lastChangeAt: null, failure: null};
const none = () => nothing;

/** Follows an experiment as long as it is on screen. */
export function useSession(id: string): SessionView {
  const [session, setSession] = useState<Session>();
  useEffect(() => {
    const opened = new Session(id);
    setSession(opened);
    return () => opened.close();
  }, [id]);
  const current = session?.id === id ? session : undefined;
  return useSyncExternalStore(current?.subscribe ?? never, current?.view ?? none);
}
