import mpegts from 'mpegts.js';
import { byId, setText } from './dom.ts';
import { codecName, formatBitrate, formatCount, formatSeconds } from './format.ts';
import { LivePlayer, type Figures, type PlayerState } from './live-player.ts';
import { fetchStreams, showStreams } from './streams.ts';
import { mediaUrl, parseQuery, parseStreamName, watchQuery, type Transport } from './urls.ts';

interface ServerInfo {
  readonly defaultStream: string | null;
  readonly version: string | null;
}

/** What tests may ask of a page that plays. */
interface TestState {
  readonly stream: string | null;
  readonly transport: Transport;
  readonly state: PlayerState | 'asking';
  readonly error: string | null;
  readonly currentTime: number;
  readonly framesDecoded: number;
  readonly framesDropped: number;
  readonly bufferedEnd: number;
  readonly latencySeconds: number | null;
  readonly targetSeconds: number;
  readonly playbackRate: number;
  /** How often it began the stream anew of its own accord, and why the last time. */
  readonly reopened: number;
  readonly reopenedWhy: string;
  readonly width: number;
  readonly height: number;
}

declare global {
  interface Window {
    quickwater: { state(): TestState };
  }
}

const stage = byId('stage', HTMLDivElement);
const video = byId('video', HTMLVideoElement);
const volume = byId('volume', HTMLInputElement);
const button = (id: string): HTMLButtonElement => byId(id, HTMLButtonElement);
const text = (id: string, value: string): void => setText(byId(id, HTMLElement), value);

const badges: Readonly<Record<PlayerState, string>> = {
  connecting: 'Connecting',
  waiting: 'Waiting',
  buffering: 'Buffering',
  playing: 'Live',
  paused: 'Paused',
  blocked: 'Ready',
  failed: 'Cannot play',
};

const listMs = 3000;

const query = parseQuery(location.search);
let stream: string | null = null;
const player = new LivePlayer(video, show);

window.quickwater = {
  state() {
    const figures = player.figures();
    return {
      stream,
      transport: player.transport,
      state: stream === null ? 'asking' : player.state,
      error: player.error === null ? null : `${player.error.title}: ${player.error.text}`,
      currentTime: video.currentTime,
      framesDecoded: figures.framesDecoded,
      framesDropped: figures.framesDropped,
      bufferedEnd: figures.bufferedEnd,
      latencySeconds: figures.latencySeconds,
      targetSeconds: player.targetSeconds,
      playbackRate: video.playbackRate,
      reopened: player.reopened?.count ?? 0,
      reopenedWhy: player.reopened?.why ?? '',
      width: figures.width,
      height: figures.height,
    };
  },
};

void main();

async function main(): Promise<void> {
  if (query.stream !== null) watch(query.stream);
  const [info, live] = await Promise.all([serverInfo(), fetchStreams()]);
  if (info?.version != null) text('version', info.version);
  const count = live?.streams.length ?? 0;
  const preset = parseStreamName(info?.defaultStream ?? null) ?? (count === 1 ? live!.streams[0]!.name : null);
  // With several to choose from, the front page lets the viewer choose.
  if (stream === null && preset !== null && count <= 1 && !query.list) watch(preset);
  else if (stream === null) ask(info === null, count);
  void pollStreams();
}

/** Keeps the list of live streams up to date, below the player or alone. */
async function pollStreams(): Promise<void> {
  for (;;) {
    const live = document.hidden ? null : await fetchStreams();
    if (live !== null) {
      const others = live.streams.some(one => one.name !== stream);
      byId('choose', HTMLElement).hidden = !live.listed || (stream === null ? live.total === 0 : !others);
      byId('ask', HTMLElement).hidden = stream !== null || (live.listed && live.total > 0);
      showStreams(live, stream, query.transport);
    }
    await new Promise(resolve => setTimeout(resolve, listMs));
  }
}

async function serverInfo(): Promise<ServerInfo | null> {
  try {
    const response = await fetch(new URL('player.json', document.baseURI), { cache: 'no-store' });
    if (!response.ok) return null;
    const info = (await response.json()) as Partial<Record<keyof ServerInfo, unknown>> | null;
    const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);
    return { defaultStream: textOrNull(info?.defaultStream), version: textOrNull(info?.version) };
  } catch {
    return null;
  }
}

function ask(serverSilent: boolean, live: number): void {
  byId('ask', HTMLElement).hidden = live > 0;
  if (live > 0) return;
  if (serverSilent) text('ask-text', 'The server did not say which stream to show. Type the name it is published under.');
  byId('stream', HTMLInputElement).focus();
}

function watch(name: string): void {
  stream = name;
  document.title = `${name} – Quickwater`;
  text('name', name);
  byId('watch', HTMLElement).hidden = false;
  for (const [id, transport] of [['via-http', 'http'], ['via-ws', 'ws']] as const) {
    const link = byId(id, HTMLAnchorElement);
    link.href = watchQuery(name, transport);
    if (query.transport === transport) link.setAttribute('aria-current', 'true');
  }
  const media = byId('media', HTMLAnchorElement);
  media.href = mediaUrl(document.baseURI, name, 'http');
  media.title = 'For VLC, ffplay and others: copy this link';
  media.hidden = false;
  connectControls();
  if (!mpegts.isSupported()) {
    player.state = 'failed';
    player.error = { title: 'Browser not supported', text: 'This browser has no Media Source Extensions, which playing live FLV needs.' };
    show();
    return;
  }
  player.start(name, query.transport);
}

// --- What is shown ---------------------------------------------------------------------------------------------------

function show(): void {
  if (stream === null) return;
  const { state, error } = player;
  document.body.dataset['state'] = state;
  text('badge', badges[state]);
  showNotice(state, error?.title ?? null, error?.text ?? null);
  showFigures(player.figures());
  showReopened();
  const paused = state === 'paused' || state === 'blocked';
  stage.classList.toggle('is-paused', paused);
  button('play').disabled = !paused && state !== 'playing' && state !== 'buffering';
  button('play').setAttribute('aria-label', paused ? 'Play' : 'Pause');
  stage.classList.toggle('is-muted', video.muted || video.volume === 0);
}

function showNotice(state: PlayerState, title: string | null, detail: string | null): void {
  const firstBuffering = state === 'buffering' && video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA;
  const visible = state !== 'playing' && state !== 'paused' && (state !== 'buffering' || firstBuffering);
  const notice = byId('notice', HTMLElement);
  const action = button('notice-action');
  notice.hidden = !visible;
  byId('spinner', HTMLElement).hidden = state === 'failed' || state === 'blocked';
  text('notice-title', title ?? (state === 'blocked' ? 'Ready to play' : 'Connecting'));
  text('notice-text', detail ?? (state === 'blocked' ? 'The browser wants a click before it plays.' : ''));
  action.hidden = !(state === 'failed' || state === 'blocked');
  setText(action, state === 'blocked' ? 'Play' : 'Try again');
}

function showReopened(): void {
  const { reopened } = player;
  byId('reopened', HTMLElement).hidden = reopened === null;
  if (reopened === null) return;
  const times = reopened.count === 1 ? '' : ` (${formatCount(reopened.count)} times so far)`;
  text('reopened', `Opened again at ${reopened.at.toLocaleTimeString()}: ${reopened.why}${times}.`.replace('..', '.'));
}

function showFigures(figures: Figures): void {
  text('latency', formatSeconds(figures.latencySeconds));
  text('buffered', figures.bufferedSeconds === 0 ? '–' : formatSeconds(figures.bufferedSeconds));
  text('size', figures.width === 0 ? (figures.hasVideo === false ? 'Sound only' : '–') : `${figures.width} × ${figures.height}`);
  text('fps', figures.framesPerSecond === null ? '–' : `${figures.framesPerSecond.toFixed(1)} /s`);
  text('dropped', `${formatCount(figures.framesDropped)} of ${formatCount(figures.framesDecoded)}`);
  text('bitrate', formatBitrate(figures.bitsPerSecond));
  text('codecs', figures.codecs.map(codecName).join(' + ') || '–');
  const behind = figures.latencySeconds !== null && figures.latencySeconds > player.targetSeconds + 1;
  button('live').classList.toggle('is-behind', behind || player.state !== 'playing');
  button('unmute').hidden = !(video.muted && figures.hasAudio === true && player.state === 'playing');
}

// --- What the viewer does --------------------------------------------------------------------------------------------

function connectControls(): void {
  video.addEventListener('click', togglePlay);
  button('play').addEventListener('click', togglePlay);
  button('mute').addEventListener('click', toggleSound);
  button('unmute').addEventListener('click', toggleSound);
  button('live').addEventListener('click', toLive);
  button('notice-action').addEventListener('click', togglePlay);
  button('full').addEventListener('click', toggleFullScreen);
  button('pip').addEventListener('click', togglePictureInPicture);
  button('pip').hidden = !document.pictureInPictureEnabled;
  button('full').hidden = !document.fullscreenEnabled;
  volume.addEventListener('input', () => setVolume(volume.valueAsNumber));
  video.addEventListener('volumechange', () => {
    volume.value = String(video.muted ? 0 : video.volume);
    button('mute').setAttribute('aria-label', video.muted ? 'Unmute' : 'Mute');
    show();
  });
  volume.value = '0';
  document.addEventListener('keydown', onKey);
}

const keys: Readonly<Record<string, () => void>> = {
  ' ': togglePlay,
  k: togglePlay,
  m: toggleSound,
  l: toLive,
  f: toggleFullScreen,
  p: togglePictureInPicture,
  ArrowUp: () => setVolume(video.volume + 0.1),
  ArrowDown: () => setVolume(video.volume - 0.1),
};

function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest('input, textarea') != null) return;
  // A focused button or link acts on its own keys.
  if (event.key === ' ' && target?.closest('button, a') != null) return;
  const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (act === undefined) return;
  event.preventDefault();
  act();
}

function togglePlay(): void {
  player.toggle();
}

function toggleSound(): void {
  video.muted = !video.muted;
  if (!video.muted && video.volume === 0) video.volume = 1;
}

function setVolume(value: number): void {
  video.volume = Math.min(1, Math.max(0, value));
  video.muted = video.volume === 0;
}

function toLive(): void {
  if (player.state === 'paused') player.resume();
  else player.toLiveEdge();
}

function toggleFullScreen(): void {
  void (document.fullscreenElement === null ? stage.requestFullscreen() : document.exitFullscreen()).catch(() => undefined);
}

function togglePictureInPicture(): void {
  if (!document.pictureInPictureEnabled || video.readyState === 0) return;
  void (document.pictureInPictureElement === null ? video.requestPictureInPicture() : document.exitPictureInPicture()).catch(() => undefined);
}
