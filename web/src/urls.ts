/** How media bytes travel: a long HTTP response, or the same bytes in WebSocket messages. */
export type Transport = 'http' | 'ws';

export interface PlayerQuery {
  /** The stream's name, such as `live/demo`, or null when the address names none. */
  readonly stream: string | null;
  readonly transport: Transport;
  /** Whether the list of live streams is wanted, whatever could play. */
  readonly list: boolean;
}

/** Longest stream name that the form and the address accept, in characters. */
export const streamNameCharactersMax = 200;

/** Trims slashes and spaces and refuses what cannot be one path below the server's root: returns null for those. */
export function parseStreamName(text: string | null): string | null {
  const name = (text ?? '').trim().replace(/^\/+|\/+$/g, '');
  if (name === '' || name.length > streamNameCharactersMax) return null;
  const parts = name.split('/');
  return parts.some(part => part === '' || part === '.' || part === '..') ? null : name;
}

export function parseQuery(search: string): PlayerQuery {
  const query = new URLSearchParams(search);
  return { stream: parseStreamName(query.get('stream')), transport: query.get('via') === 'ws' ? 'ws' : 'http', list: query.has('list') };
}

const encodePath = (stream: string): string => stream.split('/').map(encodeURIComponent).join('/');

/** The address of a stream's media, relative to the page so that a path prefix of a proxy is kept. */
export function mediaUrl(page: string, stream: string, transport: Transport): string {
  const url = new URL(`${encodePath(stream)}.flv`, new URL('.', page));
  if (transport === 'ws') url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

/** The query that makes a player page show this stream. */
export function watchQuery(stream: string, transport: Transport = 'http'): string {
  return `?stream=${encodeURIComponent(stream).replaceAll('%2F', '/')}${transport === 'ws' ? '&via=ws' : ''}`;
}

/** The player's address as seen from the status page: same host, the viewers' port. */
export function watchUrl(statusPage: string, stream: string, playerPort: number): string {
  const { protocol, hostname } = new URL(statusPage);
  return `${protocol}//${hostname}:${playerPort}/${watchQuery(stream)}`;
}

/** A station's name as the server allows it (docs/wire/audio.md); null for what is none. */
export function parseStationName(text: string | null): string | null {
  return text !== null && /^(?!\.)[A-Za-z0-9_.-]{1,64}$/.test(text) ? text : null;
}

/** The address of a station as WAV without end, for players, relative to the page. */
export const stationUrl = (page: string, station: string): string => new URL(`audio/${encodeURIComponent(station)}.wav`, new URL('.', page)).href;

/** The query that makes the page of stations play this one. */
export const stationQuery = (station: string): string => `?station=${encodeURIComponent(station)}`;

/** The address of the page of stations as seen from the status page: same host, the viewers' port. */
export function listenUrl(statusPage: string, station: string, playerPort: number): string {
  const { protocol, hostname } = new URL(statusPage);
  return `${protocol}//${hostname}:${playerPort}/stations${stationQuery(station)}`;
}
