import {formatTime} from '../cells/format.ts';
import type {Connection} from '../experiment/session.ts';

const words = (connection: Connection): string =>
  connection.state === 'offline'
    ? `Offline since ${formatTime(connection.since / 1000)}`
    : {connecting: 'Connecting…', connected: 'Connected', reconnecting: 'Reconnecting…'}[connection.state];

const explanation = (connection: Connection): string => {
  if (connection.state === 'connected') return 'Changes appear as they happen.';
  if (connection.state === 'offline' && connection.reason !== null) return `${connection.reason} Trying again.`;
  return 'What is shown stays as it was; nothing is lost, and what was missed comes with the connection.';
};

/** How the line to the server is. */
export function ConnectionStatus({connection}: {readonly connection: Connection}) {
  return (
    <div className="connection" role="status" aria-label="Connection" data-state={connection.state} title={explanation(connection)}>
      {words(connection)}
    </div>
  );
}
