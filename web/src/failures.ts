import { codecName } from './format.ts';

/** Why a connection could not be made or did not last. */
export type ConnectionFailure =
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'websocket' }
  | { readonly kind: 'lost' }
  | { readonly kind: 'silent'; readonly seconds: number }
  | { readonly kind: 'quiet' }
  | { readonly kind: 'format' }
  | { readonly kind: 'changed' }
  | { readonly kind: 'stuck'; readonly why: string }
  | { readonly kind: 'ended' };

export class ConnectionError extends Error {
  constructor(readonly failure: ConnectionFailure) {
    super(failure.kind);
  }
}

export interface FailureText {
  readonly title: string;
  readonly text: string;
}

/** What a viewer reads while the player goes on trying. It says what is known and nothing more. */
export function describeConnectionFailure(failure: ConnectionFailure, stream: string): FailureText {
  switch (failure.kind) {
    case 'ended':
      return { title: 'Waiting for the stream', text: `The server ended ${stream}. It continues here when it is back.` };
    case 'quiet':
      return { title: 'Waiting for the stream', text: `Connected. Nothing of ${stream} has arrived yet.` };
    case 'changed':
      return { title: 'The stream changed', text: `${stream} goes on with other tracks or codecs. Opening it again.` };
    case 'stuck':
      return { title: 'Playback stood still', text: `Opened ${stream} again because ${failure.why}.` };
    case 'format':
      return { title: 'Not a stream', text: 'The server answered with something that is not FLV. Trying again.' };
    case 'lost':
      return { title: 'Connection lost', text: 'The connection to the server broke. Reconnecting.' };
    case 'silent':
      return { title: 'Connection lost', text: `Nothing arrived for ${failure.seconds} seconds. Reconnecting.` };
    case 'unreachable':
      return { title: 'Server not reachable', text: 'The server does not answer, or the network is down. Trying again.' };
    case 'websocket':
      return { title: 'WebSocket refused', text: 'The server answers over HTTP, but not over WebSocket. Trying again.' };
    case 'status':
      return describeStatus(failure.status, stream);
  }
}

function describeStatus(status: number, stream: string): FailureText {
  if (status === 400) return { title: 'Not a stream’s name', text: `No stream can be called ${stream}. Look at the address of this page.` };
  if (status === 404) return { title: 'Waiting for the stream', text: `No stream called ${stream} is live now. It starts here when it is.` };
  if (status === 401 || status === 403) return { title: 'Not allowed', text: `The server does not let this page watch ${stream} (HTTP ${status}).` };
  if (status === 429 || status === 503) return { title: 'Server busy', text: `The server takes no more viewers now (HTTP ${status}). Trying again.` };
  return { title: 'Server error', text: `The server answered with HTTP ${status}. Trying again.` };
}

/** What is known of a stream that cannot be shown. */
export interface MediaFailure {
  /** The demuxer's or the browser's own words. */
  readonly message: string;
  /** Codec strings (RFC 6381) of the stream, as far as they are known. */
  readonly codecs: readonly string[];
}

/** FLV's numbers for codecs that no browser plays from it. */
const flvAudio: Readonly<Record<string, string>> = {
  '0': 'PCM', '1': 'ADPCM', '3': 'PCM', '4': 'Nellymoser', '5': 'Nellymoser', '6': 'Nellymoser', '7': 'G.711 A-law', '8': 'G.711 µ-law', '11': 'Speex',
};
const flvVideo: Readonly<Record<string, string>> = { '2': 'Sorenson H.263', '3': 'Screen Video', '4': 'VP6', '5': 'VP6', '6': 'Screen Video 2' };

/** `isSupported` is MediaSource.isTypeSupported. */
export function describeMediaFailure(failure: MediaFailure, isSupported: (mime: string) => boolean): FailureText {
  const quoted = /codecs="?([\w.-]+)/.exec(failure.message)?.[1];
  const refused = [...failure.codecs, ...(quoted === undefined ? [] : [quoted])].find(
    codec => !isSupported(`${isAudio(codec) ? 'audio' : 'video'}/mp4; codecs="${codec}"`),
  );
  if (refused !== undefined) return unsupportedByBrowser(`${codecName(refused)} (${refused})`);
  const audio = /audio codec idx: (\d+)/i.exec(failure.message)?.[1];
  if (audio !== undefined) return unsupportedByPlayer(flvAudio[audio] ?? `audio format ${audio}`);
  const video = /codec in video frame: (\d+)/i.exec(failure.message)?.[1];
  if (video !== undefined) return unsupportedByPlayer(flvVideo[video] ?? `video format ${video}`);
  const fourcc = /(?:audio codec|video frame): (\w{4})\b/i.exec(failure.message)?.[1];
  if (fourcc !== undefined) return unsupportedByPlayer(codecName(fourcc));
  return { title: 'The stream cannot be shown', text: failure.message };
}

const isAudio = (codec: string): boolean => /^(mp4a|opus|flac|mp3|ac-3|ec-3)/i.test(codec);

const unsupportedByBrowser = (codec: string): FailureText => ({
  title: 'Codec not supported',
  text: `This browser cannot play ${codec}. Another browser may; H.264 with AAC plays in all.`,
});

const unsupportedByPlayer = (codec: string): FailureText => ({
  title: 'Codec not supported',
  text: `This player cannot play ${codec}. H.264 with AAC plays everywhere.`,
});
