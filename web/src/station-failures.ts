import type { FailureText } from './failures.ts';

/** How listening ended. */
export type ListenOutcome =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'lost' }
  | { readonly kind: 'silent'; readonly seconds: number }
  | { readonly kind: 'fault'; readonly text: string }
  /** The server said why, by the number of a Reason. */
  | { readonly kind: 'ended' | 'refused'; readonly reason: number; readonly text: string };

/** Numbers of src/Quickwater.Core/Reasons/Reason.cs that a listener meets. */
const reasons = {
  streamEnded: 3,
  wrongProtocol: 100,
  unsupportedVersion: 101,
  tooManyConnections: 207,
  tooManySubscribers: 212,
  lagTimeExceeded: 217,
  durationExceeded: 240,
  byteRateExceeded: 241,
  streamNotFound: 403,
  kicked: 405,
  invalidName: 407,
  drained: 600,
} as const;

/** Another attempt would only hear the same again. */
const lasting: readonly number[] = [
  reasons.streamEnded, reasons.wrongProtocol, reasons.unsupportedVersion, reasons.byteRateExceeded, reasons.streamNotFound, reasons.kicked, reasons.invalidName,
];

export function isLasting(outcome: ListenOutcome): boolean {
  return (outcome.kind === 'ended' || outcome.kind === 'refused') && lasting.includes(outcome.reason);
}

/** What a listener reads. It says what is known and nothing more. */
export function describeOutcome(outcome: ListenOutcome, station: string): FailureText {
  switch (outcome.kind) {
    case 'stopped':
      return { title: 'Stopped', text: '' };
    case 'unreachable':
      return { title: 'No connection', text: 'The server does not answer or takes no more connections, or the network is down. Trying again.' };
    case 'lost':
      return { title: 'Connection lost', text: 'The connection to the server broke. Reconnecting.' };
    case 'silent':
      return { title: 'Connection lost', text: `Nothing arrived for ${outcome.seconds} seconds. Reconnecting.` };
    case 'fault':
      return { title: 'Not understood', text: `The server sent what this page does not understand: ${outcome.text}. Trying again.` };
    default:
      return describeReason(outcome.reason, outcome.text, station);
  }
}

function describeReason(reason: number, text: string, station: string): FailureText {
  switch (reason) {
    case reasons.streamNotFound:
    case reasons.invalidName:
      return { title: 'No such station', text: `The server has no station called ${station}.` };
    case reasons.streamEnded:
      return { title: 'The station has ended', text: `${station} will not go on.` };
    case reasons.tooManyConnections:
    case reasons.tooManySubscribers:
      return { title: 'Server busy', text: 'It takes no more listeners now. Trying again.' };
    case reasons.drained:
      return { title: 'The server went down', text: 'Reconnecting when it is back.' };
    case reasons.lagTimeExceeded:
      return { title: 'Too slow', text: 'This connection fell behind too often. Trying again.' };
    case reasons.durationExceeded:
      return { title: 'Connected for as long as allowed', text: 'Reconnecting.' };
    case reasons.kicked:
      return { title: 'Ended by the operator', text: '' };
    default:
      return { title: 'The server ended it', text: text === '' ? `Reason ${reason}.` : `${text}.` };
  }
}

/** What stands on the page while a station is off the air. */
export const offAirText = (station: string): FailureText => ({
  title: 'Off the air',
  text: `${station} has nothing to play now. It goes on here when it is back.`,
});
