import { reasonText, sortedReasons, totalOf, type ConnectionInfo, type ConnectionsAnswer, type ListenerInfo, type ReasonCounts, type StationInfo, type StationsAnswer, type StreamInfo, type StreamsAnswer } from './api.ts';
import { byId, make, setText } from './dom.ts';
import { codecName, formatBitrate, formatBytes, formatCount, formatDuration, formatMilliseconds } from './format.ts';
import { formatName } from './pcm.ts';
import { matching, Sorting } from './sorting.ts';
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
const filter = byId('filter', HTMLInputElement);
let latest: { streams: StreamsAnswer; stations: StationsAnswer; connections: ConnectionsAnswer } | null = null;
const [streamOrder, stationOrder, listenerOrder, connectionOrder] = [streamRows, stationRows, listenerRows, connectionRows].map(
  body => new Sorting(body.closest('table')!, showAll),
) as [Sorting, Sorting, Sorting, Sorting];
filter.addEventListener('input', showAll);
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
    latest = { streams, stations, connections };
    showAll();
    showLink(true, 'Up to date');
  } catch (error) {
    // What is on screen is old now, and the page says so.
    showLink(false, error instanceof Error ? error.message : 'No answer');
  }
}

function showAll(): void {
  if (latest === null) return;
  const { streams, stations, connections } = latest;
  showStreams(streams.streams, streams.playerPort ?? defaultPlayerPort);
  showStations(stations.stations, streams.playerPort ?? defaultPlayerPort);
  showConnections(connections.connections);
  showClosed(connections.closed);
  showTotals(streams.streams, connections.connections);
}

/** Puts those rows into a table that match the filter, in the order chosen, and says when there are none. */
function fill(body: HTMLTableSectionElement, order: Sorting, rows: readonly Row[], none: string, nothing: string): void {
  const found = matching(rows, filter.value);
  updateRows(body, order.apply(found).slice(0, connectionRowsMax));
  byId(none, HTMLElement).hidden = found.length > 0;
  text(none, rows.length > 0 ? `None of ${formatCount(rows.length)} matches the filter.` : nothing);
}

/** How many rows of a table are not shown because there are too many. */
function more(id: string, rows: readonly Row[]): void {
  const hidden = matching(rows, filter.value).length - connectionRowsMax;
  text(id, hidden > 0 ? `${formatCount(hidden)} more are not shown: filter, or sort by another column.` : '');
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
  const rows = streams.map(stream => streamRow(stream, playerPort));
  fill(streamRows, streamOrder, rows, 'no-streams', 'Nobody publishes now.');
  more('more-streams', rows);
}

function streamRow(stream: StreamInfo, playerPort: number): Row {
  const { video, audio, publisher } = stream;
  return {
    key: stream.name,
    cells: [
      { text: stream.name, href: watchUrl(location.href, stream.name, playerPort), className: 'main', title: 'Watch' },
      { text: stream.state, className: `state ${stream.state === 'live' ? 'good' : 'warn'}` },
      publisher === null ? dash : { text: publisher.remote, title: `Connection ${publisher.connection}` },
      video === null ? dash : { text: videoText(video), title: video.codec },
      audio === null ? dash : { text: audioText(audio), title: audio.codec },
      number(formatBitrate(stream.bitrateBps), stream.bitrateBps),
      number(formatMilliseconds(stream.gopMilliseconds), stream.gopMilliseconds, 'Media from the newest key frame on, which a new viewer gets at once'),
      number(formatCount(stream.framesIn), stream.framesIn, formatBytes(stream.bytesIn)),
      number(formatCount(stream.viewers), stream.viewers),
      number(formatBytes(stream.bytesOut), stream.bytesOut),
      drops(stream.drops),
    ],
  };
}

function showStations(stations: readonly StationInfo[], playerPort: number): void {
  byId('audio', HTMLElement).hidden = stations.length === 0;
  fill(stationRows, stationOrder, stations.map(station => stationRow(station, playerPort)), 'no-stations', 'There are none.');
  const listeners = stations.flatMap(station => station.listeners.map(listener => listenerRow(listener, station)));
  fill(listenerRows, listenerOrder, listeners, 'no-listeners', 'Nobody listens now.');
  more('more-listeners', listeners);
}

function stationRow(station: StationInfo, playerPort: number): Row {
  return {
    key: station.name,
    cells: [
      { text: station.name, href: listenUrl(location.href, station.name, playerPort), className: 'main', title: 'Listen' },
      { text: station.state === 'off' ? 'off the air' : station.state, className: `state ${station.state === 'live' ? 'good' : 'warn'}` },
      station.title === '' ? dash : { text: station.title },
      station.sampleRate === 0 ? dash : { text: formatName(station) },
      number(formatCount(station.listeners.length), station.listeners.length),
      number(formatMilliseconds(station.flushMilliseconds), station.flushMilliseconds, 'How long chunks are gathered'),
      number(formatMilliseconds(station.late99Milliseconds), station.late99Milliseconds, '99 of 100 wakes came no later'),
      number(formatCount(station.starved), station.starved, 'How often the source had nothing when a chunk was due'),
      number(formatCount(station.framesDelivered), station.framesDelivered),
      drops(station.drops),
    ],
  };
}

function listenerRow(listener: ListenerInfo, station: StationInfo): Row {
  return {
    key: String(listener.id),
    cells: [
      number(String(listener.id), listener.id),
      { text: station.name, className: 'main' },
      { text: listener.protocol },
      { text: listener.remote, className: 'main' },
      listener.agent === '' ? dash : { text: listener.agent, className: 'main', title: listener.agent },
      number(formatDuration(listener.openSeconds), listener.openSeconds),
      lag(listener.lagMilliseconds, listener.lagBytes),
      number(formatCount(listener.framesDelivered), listener.framesDelivered),
      { text: formatCount(listener.framesDropped), sort: listener.framesDropped, className: listener.framesDropped > 0 ? 'number warn' : 'number soft' },
    ],
  };
}

function showConnections(connections: readonly ConnectionInfo[]): void {
  const rows = connections.map(connectionRow);
  fill(connectionRows, connectionOrder, rows, 'no-connections', 'Nobody is connected now.');
  more('more-connections', rows);
}

function connectionRow(connection: ConnectionInfo): Row {
  return {
    key: String(connection.id),
    cells: [
      number(String(connection.id), connection.id),
      { text: connection.protocol },
      { text: connection.remote, className: 'main' },
      connection.role === 'none' ? dash : { text: connection.role },
      connection.stream === null ? dash : { text: connection.stream },
      { text: reasonText(connection.state) },
      number(formatDuration(connection.openSeconds), connection.openSeconds),
      number(formatBytes(connection.bytesIn), connection.bytesIn),
      number(formatBytes(connection.bytesOut), connection.bytesOut),
      lag(connection.lagMilliseconds, connection.lagBytes),
      number(formatCount(connection.framesDelivered), connection.framesDelivered),
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

const number = (value: string, sort: number, title?: string): Cell => ({ text: value, sort, className: 'number', ...(title === undefined ? {} : { title }) });

const lag = (milliseconds: number, bytes: number): Cell => ({
  ...number(formatMilliseconds(milliseconds), milliseconds, formatBytes(bytes)),
  className: milliseconds > 2000 ? 'number warn' : 'number',
});

/** What is not known is left out, not shown as 0. */
const videoText = (video: { codec: string; width: number; height: number }): string =>
  codecName(video.codec) + (video.width > 0 && video.height > 0 ? ` ${video.width} × ${video.height}` : '');

const audioText = (audio: { codec: string; sampleRate: number; channels: number }): string =>
  [codecName(audio.codec), audio.sampleRate > 0 ? `${audio.sampleRate / 1000} kHz` : '', audio.channels > 0 ? channels(audio.channels) : ''].filter(part => part !== '').join(' ');

const channels = (count: number): string => (count === 1 ? 'mono' : count === 2 ? 'stereo' : `${count} channels`);

/** A count with its reasons: the most frequent in words, all of them on hover. */
function drops(counts: ReasonCounts | undefined, total = totalOf(counts)): Cell {
  if (total === 0) return { text: '0', sort: 0, className: 'number soft' };
  const reasons = sortedReasons(counts);
  const [first] = reasons;
  const why = first === undefined ? '' : ` (${reasonText(first[0])}${reasons.length > 1 ? ', …' : ''})`;
  return {
    text: formatCount(total) + why,
    sort: total,
    title: reasons.map(([tag, count]) => `${reasonText(tag)}: ${formatCount(count)}`).join('\n'),
    className: 'number warn drops',
  };
}
