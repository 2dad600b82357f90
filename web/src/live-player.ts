import mpegts from 'mpegts.js';
import { Backoff } from './backoff.ts';
import { LiveChase } from './chase.ts';
import { openMedia, type MediaConnection } from './connection.ts';
import { ConnectionError, describeConnectionFailure, describeMediaFailure, type ConnectionFailure, type FailureText } from './failures.ts';
import { announced, FlvStream } from './flv-stream.ts';
import { startLoader } from './loader.ts';
import { Rate } from './rate.ts';
import { mediaUrl, type Transport } from './urls.ts';
import { Watchdog } from './watchdog.ts';

/**
 * `connecting`: first attempt. `waiting`: no stream, or connection lost; it goes on trying. `buffering`: media flows, too
 * little to play. `blocked`: the browser wants a click first. `paused`: by the viewer. `failed`: cannot be shown.
 */
export type PlayerState = 'connecting' | 'waiting' | 'buffering' | 'playing' | 'paused' | 'blocked' | 'failed';

export interface Figures {
  /** Buffered seconds between what is shown and the newest that arrived. */
  readonly latencySeconds: number | null;
  readonly bufferedSeconds: number;
  readonly bufferedEnd: number;
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number | null;
  readonly framesDecoded: number;
  readonly framesDropped: number;
  readonly bitsPerSecond: number | null;
  readonly hasAudio: boolean | null;
  readonly hasVideo: boolean | null;
  readonly codecs: readonly string[];
}

mpegts.LoggingControl.applyConfig({ enableVerbose: false, enableInfo: false, enableDebug: false });

const stepMs = 200;
/** A server may hold the answer back until somebody publishes; after this long the page says so. */
const quietMs = 1500;
/** Media to have before playing starts, and how long to wait for it (the first frame shows at once either way). */
const startSeconds = 0.25;
const startPatienceMs = 700;
const silenceSecondsMax = 15;
const pausedCloseMs = 10_000;
/** After this much playing the next fault is a new one. */
const provenMs = 5000;

type PlayOutcome = ConnectionFailure | { readonly kind: 'media'; readonly text: FailureText } | { readonly kind: 'stopped' };

/** Plays one live stream on a video element and keeps trying until it is stopped. */
export class LivePlayer {
  readonly #video: HTMLVideoElement;
  readonly #changed: () => void;
  readonly #backoff = new Backoff();
  /** For a stream that came but did not play: at once, and then ever less often while that does not help. */
  readonly #again = new Backoff(1000, 15_000);
  readonly #watchdog = new Watchdog();
  #reopenings = 0;
  #failures = 0;
  #flv = new FlvStream();
  readonly #chase = new LiveChase();
  readonly #bits = new Rate(3000);
  readonly #frames = new Rate(2000);
  #stream = '';
  #transport: Transport = 'http';
  #player: mpegts.MSEPlayer | null = null;
  #stop = new AbortController();
  #endSession: (outcome: PlayOutcome) => void = () => undefined;
  #retryNow: () => void = () => undefined;
  #attachedAt = 0;
  #lastDataAt = 0;
  #pausedAt = 0;
  #decodedBefore = 0;
  #droppedBefore = 0;
  #streaming = false;
  #started = false;
  #wanted = true;

  state: PlayerState = 'connecting';
  /** What stands in the way, for the viewer to read; null while all is well. */
  error: FailureText | null = null;
  /** The latest time that it began the stream anew of its own accord, and why; null while it never had to. */
  reopened: { readonly count: number; readonly at: Date; readonly why: string } | null = null;

  constructor(video: HTMLVideoElement, changed: () => void) {
    this.#video = video;
    this.#changed = changed;
    video.addEventListener('playing', () => this.#onPlaying());
    video.addEventListener('pause', () => this.#onPause());
    video.addEventListener('waiting', () => this.#onDry());
    video.addEventListener('error', () => this.#onElementError());
    window.addEventListener('online', () => this.#retryNow());
    document.addEventListener('visibilitychange', () => document.hidden || this.#retryNow());
    setInterval(() => this.#step(), stepMs);
  }

  get transport(): Transport {
    return this.#transport;
  }

  /** The distance to the live edge that the player aims for, in seconds. */
  get targetSeconds(): number {
    return this.#chase.target;
  }

  /** Starts to play a stream, or another, or the same by another transport. */
  start(stream: string, transport: Transport): void {
    this.stop();
    this.#stream = stream;
    this.#transport = transport;
    this.#wanted = true;
    this.#backoff.reset();
    this.#again.reset();
    this.#failures = 0;
    this.#set('connecting', null);
    const stop = new AbortController();
    this.#stop = stop;
    void this.#run(stop.signal);
  }

  stop(): void {
    this.#stop.abort();
    this.#endSession({ kind: 'stopped' });
    this.#retryNow();
    this.#detach();
  }

  /** Plays if paused, blocked or failed; pauses if playing. */
  toggle(): void {
    if (this.state === 'failed' || this.state === 'waiting') this.#retryNow();
    else if (this.#video.paused || !this.#wanted) this.resume();
    else this.#video.pause();
  }

  resume(): void {
    this.#wanted = true;
    if (!this.#streaming) this.start(this.#stream, this.#transport);
    else {
      this.toLiveEdge();
      this.#play();
    }
  }

  toLiveEdge(): void {
    const end = this.#bufferedEnd();
    if (end - this.#video.currentTime > this.#chase.target) this.#video.currentTime = end - this.#chase.target;
  }

  figures(): Figures {
    const video = this.#video;
    const quality = video.getVideoPlaybackQuality();
    const info: Partial<mpegts.MSEPlayerMediaInfo> = this.#player?.mediaInfo ?? {};
    const end = this.#bufferedEnd();
    const flowing = this.#streaming && this.#started;
    return {
      latencySeconds: flowing ? Math.max(0, end - video.currentTime) : null,
      bufferedSeconds: bufferedAhead(video),
      bufferedEnd: end,
      width: video.videoWidth,
      height: video.videoHeight,
      framesPerSecond: flowing ? this.#frames.perSecond(performance.now()) : null,
      framesDecoded: this.#decodedBefore + quality.totalVideoFrames,
      framesDropped: this.#droppedBefore + quality.droppedVideoFrames,
      bitsPerSecond: this.#streaming ? this.#bits.perSecond(performance.now()) : null,
      hasAudio: info.hasAudio ?? null,
      hasVideo: info.hasVideo ?? null,
      codecs: [info.videoCodec, info.audioCodec].filter((codec): codec is string => typeof codec === 'string' && codec !== ''),
    };
  }

  // --- One attempt after another -------------------------------------------------------------------------------------

  async #run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const outcome = await this.#session(stop);
      this.#streaming = false;
      if (stop.aborted || outcome.kind === 'stopped') return;
      // Nobody watches: begin again when the viewer resumes.
      if (!this.#wanted) return this.#set('paused', null);
      const wait = this.#waitAfter(outcome);
      if (outcome.kind !== 'media') this.#set('waiting', describeConnectionFailure(outcome, this.#stream));
      else if (wait > 0) this.#set('failed', outcome.text);
      await this.#delay(wait);
    }
  }

  /** A stream that came is opened again at once; only when that has not helped, it waits. */
  #waitAfter(outcome: PlayOutcome): number {
    const came = outcome.kind === 'changed' || outcome.kind === 'stuck' || outcome.kind === 'media' || outcome.kind === 'ended';
    if (!came) return this.#backoff.next();
    if (outcome.kind !== 'ended') {
      const why = outcome.kind === 'stuck' ? outcome.why : outcome.kind === 'changed' ? 'its tracks or codecs changed' : outcome.text.text;
      this.#reopenings += 1;
      this.reopened = { count: this.#reopenings, at: new Date(), why };
    }
    this.#failures += 1;
    return this.#failures === 1 ? 0 : this.#again.next();
  }

  /** One connection from its first byte to its end. What was last shown stays on screen until the next one has media. */
  async #session(stop: AbortSignal): Promise<PlayOutcome> {
    let connection: MediaConnection | null = null;
    try {
      connection = await openMedia(mediaUrl(document.baseURI, this.#stream, this.#transport), this.#transport, stop);
      if (stop.aborted) return { kind: 'stopped' };
      const quiet = setTimeout(() => this.#set('waiting', describeConnectionFailure({ kind: 'quiet' }, this.#stream)), quietMs);
      const first = await connection.read().finally(() => clearTimeout(quiet));
      if (stop.aborted) return { kind: 'stopped' };
      if (first === null) return { kind: 'ended' };
      return await this.#show(connection, first);
    } catch (error) {
      if (error instanceof ConnectionError) return error.failure;
      return { kind: 'media', text: { title: 'The stream cannot be shown', text: String(error) } };
    } finally {
      connection?.close();
    }
  }

  #show(connection: MediaConnection, first: Uint8Array): Promise<PlayOutcome> {
    return new Promise(resolve => {
      this.#endSession = resolve;
      this.#detach();
      this.#attachedAt = this.#lastDataAt = performance.now();
      this.#streaming = true;
      this.#started = false;
      this.#set('buffering', null);
      this.#flv = new FlvStream();
      this.#watchdog.reset();
      const loader = startLoader(connection, first, this.#flv, bytes => this.#onBytes(bytes), resolve);
      const tracks = announced(first);
      const player = new mpegts.MSEPlayer(
        // What the header leaves out is not waited for, whatever the metadata says.
        {
          type: 'flv',
          isLive: true,
          url: document.baseURI,
          ...(tracks?.audio === false && tracks.video ? { hasAudio: false } : {}),
          ...(tracks?.video === false && tracks.audio ? { hasVideo: false } : {}),
        },
        {
          customLoader: loader,
          // Each tag goes on as it comes: what the library would gather first is delay.
          enableStashBuffer: false,
          lazyLoad: false,
          autoCleanupSourceBuffer: true,
          autoCleanupMaxBackwardDuration: 20,
          autoCleanupMinBackwardDuration: 8,
        },
      );
      this.#player = player;
      player.on(mpegts.Events.ERROR, (_type: string, _detail: string, info: unknown) => this.#onMediaError(info));
      player.on(mpegts.Events.MEDIA_INFO, () => this.#changed());
      player.attachMediaElement(this.#video);
      player.load();
    });
  }

  #detach(): void {
    if (this.#player === null) return;
    const quality = this.#video.getVideoPlaybackQuality();
    this.#decodedBefore += quality.totalVideoFrames;
    this.#droppedBefore += quality.droppedVideoFrames;
    this.#attachedAt = performance.now();
    this.#frames.clear();
    this.#bits.clear();
    this.#player.destroy();
    this.#player = null;
  }

  #delay(milliseconds: number): Promise<void> {
    return new Promise(resolve => {
      const timeout = setTimeout(resolve, milliseconds);
      this.#retryNow = () => {
        clearTimeout(timeout);
        resolve();
      };
    });
  }

  // --- What happens while it plays -----------------------------------------------------------------------------------

  #onBytes(count: number): void {
    this.#lastDataAt = performance.now();
    this.#bits.add(count * 8, this.#lastDataAt);
  }

  #onPlaying(): void {
    this.#backoff.reset();
    if (this.#streaming) this.#set('playing', null);
  }

  #onPause(): void {
    // Changing the source pauses the element too: that is not the viewer's wish.
    if (!this.#started || this.#video.ended || !this.#streaming || performance.now() - this.#attachedAt < 500) return;
    this.#wanted = false;
    this.#pausedAt = performance.now();
    this.#set('paused', null);
  }

  #onDry(): void {
    if (this.state !== 'playing' || !this.#streaming) return;
    this.#chase.stalled(performance.now() / 1000);
    this.#set('buffering', null);
  }

  #onElementError(): void {
    const error = this.#video.error;
    if (error !== null && this.#streaming) this.#onMediaError({ msg: `The browser could not decode it: ${error.message || `error ${error.code}`}` });
  }

  #onMediaError(info: unknown): void {
    const message = typeof info === 'string' ? info : String((info as { msg?: unknown } | null)?.msg ?? 'unknown error');
    const text = describeMediaFailure({ message, codecs: this.figures().codecs }, mime => MediaSource.isTypeSupported(mime));
    this.#endSession({ kind: 'media', text });
  }

  #play(): void {
    this.#video.play().catch((error: unknown) => {
      if (error instanceof DOMException && error.name === 'NotAllowedError') this.#set('blocked', null);
    });
  }

  #step(): void {
    const now = performance.now();
    this.#frames.sample(this.#video.getVideoPlaybackQuality().totalVideoFrames, now);
    if (this.#streaming) this.#keepUp(now);
    this.#changed();
  }

  #keepUp(now: number): void {
    const video = this.#video;
    const silent = (now - this.#lastDataAt) / 1000;
    if (silent > silenceSecondsMax) return this.#endSession({ kind: 'silent', seconds: silenceSecondsMax });
    if (!this.#wanted) {
      this.#watchdog.reset();
      // A viewer who stays away costs the server nothing; resuming begins anew.
      if (now - this.#pausedAt > pausedCloseMs) this.#endSession({ kind: 'stopped' });
      return;
    }
    if (this.state === 'blocked') return this.#watchdog.reset();
    const stuck = this.#look(now);
    if (stuck !== null) return this.#endSession({ kind: 'stuck', why: stuck });
    const ahead = bufferedAhead(video);
    if (!this.#started) {
      // One track may begin later than the other: playing begins where both are.
      if (ahead === 0) this.#leapGap(silent);
      if (ahead < startSeconds && (ahead === 0 || now - this.#attachedAt < startPatienceMs)) return;
      this.#started = true;
      return this.#play();
    }
    this.#leapGap(silent);
    const step = this.#chase.step(this.#bufferedEnd() - video.currentTime, now / 1000);
    if (step.jumpTo !== null) video.currentTime = this.#bufferedEnd() - step.jumpTo;
    if (video.playbackRate !== step.rate) video.playbackRate = step.rate;
  }

  /** Why it does not play although media arrives, or null. Browsers let a hidden page stand still. */
  #look(now: number): string | null {
    if (document.hidden) {
      this.#watchdog.reset();
      return null;
    }
    const { currentTime } = this.#video;
    const framesDecoded = this.#video.getVideoPlaybackQuality().totalVideoFrames;
    const why = this.#watchdog.step({ now, currentTime, framesDecoded, audio: this.#flv.audio, video: this.#flv.video });
    if (this.#watchdog.movingMs > provenMs) {
      this.#failures = 0;
      this.#again.reset();
    }
    return why;
  }

  /** A hole in the timeline (the publisher lost something) must not stop the picture: go to where media continues. */
  #leapGap(silentSeconds: number): void {
    const { buffered, currentTime } = this.#video;
    if (silentSeconds > 1 || bufferedAhead(this.#video) > 0.05) return;
    for (let i = 0; i < buffered.length; i++) {
      if (buffered.start(i) > currentTime && buffered.end(i) - buffered.start(i) > startSeconds) {
        this.#video.currentTime = buffered.start(i) + 0.01;
        return;
      }
    }
  }

  #bufferedEnd(): number {
    const { buffered } = this.#video;
    return buffered.length === 0 ? 0 : buffered.end(buffered.length - 1);
  }

  #set(state: PlayerState, error: FailureText | null): void {
    this.state = state;
    this.error = error;
    this.#changed();
  }
}

function bufferedAhead(video: HTMLVideoElement): number {
  const { buffered, currentTime } = video;
  for (let i = 0; i < buffered.length; i++) {
    if (buffered.start(i) <= currentTime + 0.1 && currentTime < buffered.end(i)) return buffered.end(i) - currentTime;
  }
  return 0;
}
