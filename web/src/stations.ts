import { byId, make, setText } from './dom.ts';
import { formatBitrate, formatCount, formatDuration, formatMilliseconds, formatSeconds } from './format.ts';
import { LevelMeter } from './level-meter.ts';
import { toDb } from './levels.ts';
import { formatName, type PcmEncoding } from './pcm.ts';
import { StationPlayer, type StationState } from './station-player.ts';
import { updateRows } from './table.ts';
import { parseStationName, stationQuery, stationUrl } from './urls.ts';

/** The answer of `stations.json`. */
interface StationsAnswer {
  readonly stations: readonly StationInfo[];
  readonly version: string;
}

interface StationInfo {
  readonly name: string;
  readonly state: 'live' | 'off' | 'ended';
  readonly title: string;
  readonly encoding: PcmEncoding | '';
  readonly sampleRate: number;
  readonly channels: number;
  readonly listenersNow: number;
  readonly listeners: readonly ListenerInfo[];
}

interface ListenerInfo {
  readonly id: number;
  readonly protocol: string;
  readonly openSeconds: number;
  readonly lagMilliseconds: number;
  readonly framesDropped: number;
}

/** What tests may ask of the page. */
interface TestState {
  readonly station: string;
  readonly state: StationState;
  readonly error: string | null;
  readonly title: string;
  readonly playedSeconds: number;
  readonly delaySeconds: number | null;
  readonly underruns: number;
  readonly skippedSeconds: number;
  /** What the meter shows, in dB of full scale. */
  readonly peaksDb: readonly number[];
  readonly session: number | null;
}

declare global {
  interface Window {
    quickwaterStations: { state(): TestState };
  }
}

const pollMs = 1000;
const stepMs = 100;

const badges: Readonly<Record<StationState, string>> = {
  idle: '',
  connecting: 'Connecting',
  waiting: 'Waiting',
  offAir: 'Off the air',
  buffering: 'Buffering',
  playing: 'Live',
  paused: 'Paused',
  blocked: 'Ready',
  failed: 'Cannot play',
};

const protocols: Readonly<Record<string, string>> = { audio: 'audio protocol', 'ws-audio': 'web page', 'http-audio': 'WAV over HTTP' };

const text = (id: string, value: string): void => setText(byId(id, HTMLElement), value);
const volume = byId('volume', HTMLInputElement);
const list = byId('stations', HTMLUListElement);
const meter = new LevelMeter(byId('meter', HTMLCanvasElement));
const player = new StationPlayer(show);
let stations: readonly StationInfo[] = [];

window.quickwaterStations = {
  state() {
    const { title, playedSeconds, delaySeconds, underruns, skippedSeconds, session } = player.figures();
    const error = player.error === null ? null : `${player.error.title}: ${player.error.text}`;
    return { station: player.station, state: player.state, error, title, playedSeconds, delaySeconds, underruns, skippedSeconds, peaksDb: meter.peaksDb, session };
  },
};

connectControls();
setInterval(showFigures, stepMs);
void poll();

async function poll(): Promise<void> {
  const wanted = parseStationName(new URLSearchParams(location.search).get('station'));
  for (let first = true; ; first = false) {
    if (first || !document.hidden) await refresh();
    // The address names a station, or there is only one to choose.
    const preset = wanted ?? (stations.length === 1 ? stations[0]!.name : null);
    if (first && preset !== null) listen(preset);
    await new Promise(resolve => setTimeout(resolve, pollMs));
  }
}

async function refresh(): Promise<void> {
  try {
    const response = await fetch(new URL('stations.json', document.baseURI), { cache: 'no-store', signal: AbortSignal.timeout(5000) });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    const answer = (await response.json()) as StationsAnswer;
    stations = answer.stations;
    text('version', answer.version);
    text('no-stations', 'No stations. Start one with serve --station NAME=FILE.');
    byId('no-stations', HTMLElement).hidden = stations.length > 0;
    showStations();
    showListeners();
  } catch {
    text('no-stations', 'The server does not say which stations there are. Asking again.');
    byId('no-stations', HTMLElement).hidden = false;
  }
}

function listen(station: string): void {
  const info = stations.find(one => one.name === station);
  document.title = `${station} – Quickwater`;
  byId('listen', HTMLElement).hidden = byId('audience', HTMLElement).hidden = false;
  const media = byId('media', HTMLAnchorElement);
  media.href = stationUrl(document.baseURI, station);
  media.title = 'For VLC, ffplay and others: copy this link';
  media.hidden = false;
  player.start(station, info === undefined || info.sampleRate === 0 ? null : info.sampleRate);
  showStations();
  showListeners();
}

// --- What is shown ---------------------------------------------------------------------------------------------------

function showStations(): void {
  const items = stations.map((station, i) => {
    const item = list.children[i] ?? list.appendChild(stationItem());
    const button = item.firstElementChild as HTMLButtonElement;
    button.dataset['station'] = station.name;
    const [name, air, title, count] = button.children;
    setText(name!, station.name);
    setText(air!, station.state === 'live' ? 'on air' : station.state === 'off' ? 'off the air' : 'ended');
    air!.className = `air ${station.state === 'live' ? 'good' : ''}`;
    setText(title!, station.title || '\u00a0');
    setText(count!, `${formatCount(station.listenersNow)} listening`);
    if (station.name === player.station) button.setAttribute('aria-current', 'true');
    else button.removeAttribute('aria-current');
    return item;
  });
  [...list.children].slice(items.length).forEach(gone => gone.remove());
}

function stationItem(): HTMLLIElement {
  const item = make('li');
  const button = make('button');
  button.type = 'button';
  button.append(make('b'), make('span', 'air'), make('span'), make('span'));
  button.addEventListener('click', () => {
    const name = button.dataset['station'] ?? '';
    history.replaceState(null, '', stationQuery(name));
    listen(name);
  });
  item.append(button);
  return item;
}

function showListeners(): void {
  const station = stations.find(one => one.name === player.station);
  const listeners = station?.listeners ?? [];
  const me = player.figures().session;
  const body = byId('listeners', HTMLTableSectionElement);
  updateRows(body, listeners.map(one => ({
    key: String(one.id),
    cells: [
      { text: one.id === me ? `${one.id} (you)` : String(one.id), className: 'number' },
      { text: protocols[one.protocol] ?? one.protocol },
      { text: formatDuration(one.openSeconds), className: 'number' },
      { text: formatMilliseconds(one.lagMilliseconds), className: one.lagMilliseconds > 1500 ? 'number warn' : 'number', title: 'Behind the live edge, with what waits on the way' },
      { text: formatCount(one.framesDropped), className: one.framesDropped > 0 ? 'number warn' : 'number soft' },
    ],
  })));
  for (const row of body.rows) row.classList.toggle('is-me', row.dataset['key'] === String(me));
  byId('no-listeners', HTMLElement).hidden = listeners.length > 0;
  const more = (station?.listenersNow ?? 0) - listeners.length;
  text('more-listeners', more > 0 ? `${formatCount(more)} more, who lag less, are not shown.` : '');
}

function show(): void {
  const { state, error } = player;
  document.body.dataset['state'] = state;
  text('badge', badges[state]);
  const still = state === 'paused' || state === 'blocked' || state === 'failed' || state === 'idle';
  byId('listen', HTMLElement).classList.toggle('is-paused', still);
  byId('play', HTMLButtonElement).setAttribute('aria-label', still ? 'Play' : 'Pause');
  // What wants a click is the one Play button; a notice beside it says why, without a second one.
  byId('notice', HTMLElement).hidden = error === null && state !== 'blocked';
  byId('play', HTMLButtonElement).classList.toggle('calls', state === 'blocked');
  text('notice-title', error?.title ?? 'Ready to play');
  text('notice-text', error?.text ?? 'The browser wants a click before it plays: press the round button.');
  byId('notice-action', HTMLButtonElement).hidden = state !== 'failed';
}

function showFigures(): void {
  if (player.state === 'idle') return;
  const figures = player.figures();
  const info = stations.find(one => one.name === player.station);
  const known = info !== undefined && info.encoding !== '' ? { encoding: info.encoding, channels: info.channels, sampleRate: info.sampleRate } : null;
  const format = figures.format ?? known;
  text('station', player.station);
  text('title', figures.title || (info?.title ?? ''));
  text('format', format === null ? '' : formatName(format));
  text('delay', figures.delaySeconds === null ? '–' : formatMilliseconds(figures.delaySeconds * 1000));
  text('buffered', figures.bufferedSeconds === 0 ? '–' : formatMilliseconds(figures.bufferedSeconds * 1000));
  text('round-trip', figures.roundTripMs === null ? '–' : `${figures.roundTripMs.toFixed(1)} ms`);
  text('bitrate', formatBitrate(figures.bitsPerSecond));
  text('underruns', figures.underruns === 0 ? 'never' : `${formatCount(figures.underruns)} times`);
  text('skipped', figures.skippedSeconds === 0 ? 'nothing' : formatSeconds(figures.skippedSeconds));
  meter.show(figures.levels);
  const db = (linear: number): string => toDb(linear).toFixed(1);
  const names = figures.levels.length === 2 ? ['Left', 'Right'] : figures.levels.map((_, i) => (figures.levels.length === 1 ? 'Level' : `Channel ${i + 1}`));
  text('levels', figures.levels.map((level, i) => `${names[i]}: peak ${db(level.peak)}, RMS ${db(level.rms)} dBFS`).join(' · '));
}

// --- What the listener does ------------------------------------------------------------------------------------------

function connectControls(): void {
  byId('play', HTMLButtonElement).addEventListener('click', () => player.toggle());
  byId('notice-action', HTMLButtonElement).addEventListener('click', () => player.toggle());
  volume.addEventListener('input', () => (player.volume = volume.valueAsNumber));
  document.addEventListener('keydown', event => {
    const target = event.target instanceof Element ? event.target : null;
    if (event.ctrlKey || event.metaKey || event.altKey || target?.closest('input, a') != null) return;
    if (event.key === ' ' && target?.closest('button') == null) player.toggle();
    else if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
      player.volume += event.key === 'ArrowUp' ? 0.1 : -0.1;
      volume.value = String(player.volume);
    } else return;
    event.preventDefault();
  });
}
