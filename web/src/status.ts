import { reasonText, sortedReasons, totalOf, type ConnectionInfo, type ConnectionsAnswer, type ListenerInfo, type ReasonCounts, type StationInfo, type StationsAnswer, type StreamInfo, type StreamsAnswer } from './api.ts';
import { byId, make, setText } from './dom.ts';
import { codecName, formatBitrate, formatBytes, formatCount, formatDuration, formatMilliseconds } from './format.ts';
import { formatName } from './pcm.ts';
import { updateRows, type Cell, type Row } from './table.ts';
import { listenUrl, watchUrl } from './urls.ts';

const pollMs = 1000;
/** More rows than this help nobody and slow the page down; the count says how many there are. */
const connectionRowsMax = 500;
const defaultPlayerPort = 8080;

const streamRows = byId('streams', HTMLTableSectionElement);
const connectionRows = byId('connections', HTMLTableSectionElement);
const stationRows = byId('stations', HTMLTableSectionElement);
const listenerRows = byId('listeners', HTMLTableSectionElement);
const text = (id: string, value: string): void => setText(byId(id, HTMLElement), value);

void poll();

async function poll(): Promise<void> {
  for (;;) {
    if (!document.hidden) await refresh();
    await new Promise(resolve => setTimeout(resolve, pollMs));
  }
}

async function refresh(): Promise<void> {
  try {
    const [streams, stations, connections] = await Promise.all([
      get<StreamsAnswer>('api/v1/streams'),
      get<StationsAnswer>('api/v1/stations'),
      get<ConnectionsAnswer>('api/v1/connections'),
    ]);
    showStreams(streams.streams, streams.playerPort ?? defaultPlayerPort);
    showStations(stations.stations, streams.playerPort ?? defaultPlayerPort);
    showConnections(connections.connections);
    showClosed(connections.closed);
    showTotals(streams.streams, connections.connections);
    showLink(true, 'Up to date');
  } catch (error) {
    // What is on screen is old now, and the page says so.
    showLink(false, error instanceof Error ? error.message : 'No answer');
  }
}

async function get<T>(path: string): Promise<T> {
  const response = await fetch(new URL(path, document.baseURI), { cache: 'no-store', signal: AbortSignal.timeout(5000) }).catch(() => {
    throw new Error('The server does not answer');
  });
  if (!response.ok) throw new Error(`The server answered with HTTP ${response.status}`);
  return (await response.json()) as T;
}

function showLink(fresh: boolean, message: string): void {
  document.body.dataset['state'] = fresh ? 'fresh' : 'stale';
  text('badge', message);
}

function showTotals(streams: readonly StreamInfo[], connections: readonly ConnectionInfo[]): void {
  const sum = <T>(items: readonly T[], of: (item: T) => number): number => items.reduce((total, item) => total + of(item), 0);
  text('total-live', formatCount(streams.filter(stream => stream.state === 'live').length));
  text('total-viewers', formatCount(sum(streams, stream => stream.viewers)));
  text('total-connections', formatCount(connections.length));
  text('total-in', formatBitrate(sum(streams, stream => stream.bitrateBps)));
  text('total-sent', formatBytes(sum(streams, stream => stream.bytesOut)));
  text('total-dropped', formatCount(sum(streams, stream => totalOf(stream.drops))));
}

function showStreams(streams: readonly StreamInfo[], playerPort: number): void {
  updateRows(streamRows, streams.map(stream => streamRow(stream, playerPort)));
  byId('no-streams', HTMLElement).hidden = streams.length > 0;
}

function streamRow(stream: StreamInfo, playerPort: number): Row {
  const { video, audio, publisher } = stream;
  return {
    key: stream.name,
    cells: [
      { text: stream.name, href: watchUrl(location.href, stream.name, playerPort), className: 'main', title: 'Watch' },
      { text: stream.state, className: `state ${stream.state === 'live' ? 'good' : 'warn'}` },
      publisher === null ? dash : { text: publisher.remote, title: `Connection ${publisher.connection}` },
      video === null ? dash : { text: `${codecName(video.codec)} ${video.width} × ${video.height}`, title: video.codec },
      audio === null ? dash : { text: `${codecName(audio.codec)} ${audio.sampleRate / 1000} kHz ${channels(audio.channels)}`, title: audio.codec },
      number(formatBitrate(stream.bitrateBps)),
      number(formatMilliseconds(stream.gopMilliseconds), 'Media from the newest key frame on, which a new viewer gets at once'),
      number(formatCount(stream.framesIn), formatBytes(stream.bytesIn)),
      number(formatCount(stream.viewers)),
      number(formatBytes(stream.bytesOut)),
      drops(stream.drops),
    ],
  };
}

function showStations(stations: readonly StationInfo[], playerPort: number): void {
  byId('audio', HTMLElement).hidden = stations.length === 0;
  updateRows(stationRows, stations.map(station => stationRow(station, playerPort)));
  const listeners = stations.flatMap(station => station.listeners.map(listener => ({ listener, station })));
  const shown = listeners.slice(0, connectionRowsMax);
  updateRows(listenerRows, shown.map(one => listenerRow(one.listener, one.station)));
  byId('no-listeners', HTMLElement).hidden = listeners.length > 0;
  text('more-listeners', listeners.length > shown.length ? `${formatCount(listeners.length - shown.length)} more are not shown.` : '');
}

function stationRow(station: StationInfo, playerPort: number): Row {
  return {
    key: station.name,
    cells: [
      { text: station.name, href: listenUrl(location.href, station.name, playerPort), className: 'main', title: 'Listen' },
      { text: station.state === 'off' ? 'off the air' : station.state, className: `state ${station.state === 'live' ? 'good' : 'warn'}` },
      station.title === '' ? dash : { text: station.title },
      station.sampleRate === 0 ? dash : { text: formatName(station) },
      number(formatCount(station.listeners.length)),
      number(formatMilliseconds(station.flushMilliseconds), 'How long chunks are gathered'),
      number(formatMilliseconds(station.late99Milliseconds), '99 of 100 wakes came no later'),
      number(formatCount(station.starved), 'How often the source had nothing when a chunk was due'),
      number(formatCount(station.framesDelivered)),
      drops(station.drops),
    ],
  };
}

function listenerRow(listener: ListenerInfo, station: StationInfo): Row {
  return {
    key: String(listener.id),
    cells: [
      number(String(listener.id)),
      { text: station.name, className: 'main' },
      { text: listener.protocol },
      { text: listener.remote, className: 'main' },
      listener.agent === '' ? dash : { text: listener.agent, className: 'main', title: listener.agent },
      number(formatDuration(listener.openSeconds)),
      lag(listener.lagMilliseconds, listener.lagBytes),
      number(formatCount(listener.framesDelivered)),
      { text: formatCount(listener.framesDropped), className: listener.framesDropped > 0 ? 'number warn' : 'number soft' },
    ],
  };
}

function showConnections(connections: readonly ConnectionInfo[]): void {
  const shown = connections.slice(0, connectionRowsMax);
  updateRows(connectionRows, shown.map(connectionRow));
  byId('no-connections', HTMLElement).hidden = connections.length > 0;
  text('more-connections', connections.length > shown.length ? `${formatCount(connections.length - shown.length)} more are not shown.` : '');
}

function connectionRow(connection: ConnectionInfo): Row {
  return {
    key: String(connection.id),
    cells: [
      number(String(connection.id)),
      { text: connection.protocol },
      { text: connection.remote, className: 'main' },
      connection.role === 'none' ? dash : { text: connection.role },
      connection.stream === null ? dash : { text: connection.stream },
      { text: reasonText(connection.state) },
      number(formatDuration(connection.openSeconds)),
      number(formatBytes(connection.bytesIn)),
      number(formatBytes(connection.bytesOut)),
      lag(connection.lagMilliseconds, connection.lagBytes),
      number(formatCount(connection.framesDelivered)),
      drops(connection.drops, connection.framesDropped),
    ],
  };
}

function showClosed(closed: ReasonCounts): void {
  const reasons = sortedReasons(closed);
  byId('no-closed', HTMLElement).hidden = reasons.length > 0;
  const items = reasons.map(([tag, count]) => {
    const item = make('li');
    item.append(make('span', '', reasonText(tag)), make('b', '', formatCount(count)));
    return item;
  });
  const list = byId('closed', HTMLUListElement);
  const unchanged = items.length === list.children.length && items.every((item, i) => item.textContent === list.children[i]?.textContent);
  if (!unchanged) list.replaceChildren(...items);
}

const dash: Cell = { text: '–', className: 'soft' };

const number = (value: string, title?: string): Cell => ({ text: value, className: 'number', ...(title === undefined ? {} : { title }) });

const lag = (milliseconds: number, bytes: number): Cell => ({
  ...number(formatMilliseconds(milliseconds), formatBytes(bytes)),
  className: milliseconds > 2000 ? 'number warn' : 'number',
});

const channels = (count: number): string => (count === 1 ? 'mono' : count === 2 ? 'stereo' : `${count} channels`);

/** A count with its reasons: the most frequent in words, all of them on hover. */
function drops(counts: ReasonCounts | undefined, total = totalOf(counts)): Cell {
  if (total === 0) return { text: '0', className: 'number soft' };
  const reasons = sortedReasons(counts);
  const [first] = reasons;
  const why = first === undefined ? '' : ` (${reasonText(first[0])}${reasons.length > 1 ? ', …' : ''})`;
  return {
    text: formatCount(total) + why,
    title: reasons.map(([tag, count]) => `${reasonText(tag)}: ${formatCount(count)}`).join('\n'),
    className: 'number warn drops',
  };
}
