import { AudioMessageReader, writeHello, writePing, writePong, type AudioMessage } from './audio-protocol.ts';
import { Backoff } from './backoff.ts';
import type { FailureText } from './failures.ts';
import type { Level } from './levels.ts';
import { toPlanes, type PcmFormat } from './pcm.ts';
import { processorName, type PlayoutCommand, type PlayoutReport } from './playout-report.ts';
import workletUrl from './playout-worklet.ts?worker&url';
import { Rate } from './rate.ts';
import { ServerClock } from './server-clock.ts';
import { describeOutcome, isLasting, offAirText, type ListenOutcome } from './station-failures.ts';

/**
 * `connecting`: first attempt. `waiting`: lost or refused; it goes on trying. `offAir`: connected, nothing plays there. `buffering`: sound comes, too
 * little to play. `blocked`: the browser wants a click first. `failed`: trying again is of no use.
 */
export type StationState = 'idle' | 'connecting' | 'waiting' | 'offAir' | 'buffering' | 'playing' | 'paused' | 'blocked' | 'failed';

export interface StationFigures {
  readonly title: string;
  readonly format: PcmFormat | null;
  /** From the instant a sample was due on the server to the instant it is heard here; null while that is not known. */
  readonly delaySeconds: number | null;
  readonly bufferedSeconds: number;
  readonly roundTripMs: number | null;
  readonly bitsPerSecond: number | null;
  readonly playedSeconds: number;
  readonly underruns: number;
  /** What the server made this page skip, and what the page itself left out to keep up. */
  readonly skippedSeconds: number;
  readonly levels: readonly Level[];
  /** The number that the server's list of listeners has for this page. */
  readonly session: number | null;
}

const connectTimeoutMs = 10_000;
const resumeTimeoutMs = 400;
const silenceSecondsMax = 15;
const burstMs = 500;
const quickPings = 8;
const quickPingMs = 100;
const slowPingMs = 5000;
const channelsMax = 32; // of an AudioWorkletNode

const micros = (): number => performance.now() * 1000;

/** Plays one station, and keeps trying until it is stopped. */
export class StationPlayer {
  readonly #changed: () => void;
  readonly #backoff = new Backoff();
  readonly #bits = new Rate(3000);
  #station = '';
  #rateHint: number | null = null;
  #context: AudioContext | null = null;
  #gain: GainNode | null = null;
  #node: AudioWorkletNode | null = null;
  #clock = new ServerClock();
  #stop = new AbortController();
  #retryNow: () => void = () => undefined;
  #report: PlayoutReport | null = null;
  #playedBefore = 0;
  #underrunsBefore = 0;
  #jumpedBefore = 0;
  #skippedMs = 0;
  #format: PcmFormat | null = null;
  #title = '';
  #session: number | null = null;
  #volume = 1;
  #onAir = true;

  state: StationState = 'idle';
  /** What stands in the way, for the listener to read; null while all is well. */
  error: FailureText | null = null;

  constructor(changed: () => void) {
    this.#changed = changed;
    window.addEventListener('online', () => this.#retryNow());
    document.addEventListener('visibilitychange', () => document.hidden || this.#retryNow());
  }

  get station(): string {
    return this.#station;
  }

  get volume(): number {
    return this.#volume;
  }

  set volume(value: number) {
    this.#volume = Math.min(1, Math.max(0, value));
    // Half way up the slider is half as loud, about.
    if (this.#gain !== null) this.#gain.gain.value = this.#volume ** 2;
  }

  /** Plays a station. `rateHint`: its sample rate if it is known, so that nothing needs to be resampled here. */
  start(station: string, rateHint: number | null): void {
    this.#halt();
    this.#station = station;
    this.#rateHint = rateHint;
    this.#backoff.reset();
    this.#skippedMs = this.#playedBefore = this.#underrunsBefore = this.#jumpedBefore = 0;
    this.#title = '';
    this.#set('connecting', null);
    const stop = new AbortController();
    this.#stop = stop;
    void this.#run(stop.signal);
  }

  /** Plays or pauses. A paused page costs the server nothing, and goes on at the live edge. */
  toggle(): void {
    if (this.state === 'idle') return;
    if (this.state === 'waiting') this.#retryNow();
    else if (this.state === 'paused' || this.state === 'blocked' || this.state === 'failed') this.start(this.#station, this.#rateHint);
    else {
      this.#halt();
      this.#set('paused', null);
    }
  }

  figures(): StationFigures {
    const report = this.#report;
    const delay = this.#clock.delay;
    return {
      title: this.#title,
      format: this.#format,
      delaySeconds: this.#delaySeconds(),
      bufferedSeconds: report?.bufferedSeconds ?? 0,
      roundTripMs: delay === null ? null : delay / 1000,
      bitsPerSecond: this.#session === null ? null : this.#bits.perSecond(performance.now()),
      playedSeconds: this.#playedBefore + (report?.playedSeconds ?? 0),
      underruns: this.#underrunsBefore + (report?.underruns ?? 0),
      skippedSeconds: this.#skippedMs / 1000 + this.#jumpedBefore + (report?.jumpedSeconds ?? 0),
      levels: this.state === 'playing' ? (report?.levels ?? []) : [],
      session: this.#session,
    };
  }

  #delaySeconds(): number | null {
    const [report, context] = [this.#report, this.#context];
    const server = this.#clock.at(micros());
    if (report?.micros == null || context === null || server === null || this.state !== 'playing') return null;
    const heard = report.micros + (context.currentTime - report.contextTime - (context.outputLatency || 0)) * 1e6;
    return (server - heard) / 1e6;
  }

  // --- One attempt after another -------------------------------------------------------------------------------------

  async #run(stop: AbortSignal): Promise<void> {
    if (!(await this.#openSound(stop))) return;
    while (!stop.aborted) {
      const outcome = await this.#listen(stop);
      this.#endSession();
      if (stop.aborted || outcome.kind === 'stopped') return;
      const lasting = isLasting(outcome);
      this.#set(lasting ? 'failed' : 'waiting', describeOutcome(outcome, this.#station));
      if (lasting) return;
      await this.#delay(this.#backoff.next(), stop);
    }
  }

  /** False when the browser does not let the page play yet. */
  async #openSound(stop: AbortSignal): Promise<boolean> {
    const rate = this.#rateHint;
    const context = new AudioContext(rate !== null && rate >= 8000 && rate <= 192_000 ? { sampleRate: rate } : {});
    this.#context = context;
    try {
      // Without a gesture some browsers never answer.
      await Promise.race([context.resume(), new Promise(resolve => setTimeout(resolve, resumeTimeoutMs))]);
      if (stop.aborted) return false;
      if (context.state !== 'running') {
        this.#closeSound();
        this.#set('blocked', null);
        return false;
      }
      await context.audioWorklet.addModule(workletUrl);
    } catch (error) {
      if (!stop.aborted) {
        this.#closeSound();
        this.#set('failed', { title: 'This browser cannot play it', text: String(error) });
      }
      return false;
    }
    if (stop.aborted) return false;
    this.#gain = new GainNode(context);
    this.#gain.connect(context.destination);
    this.volume = this.#volume;
    return true;
  }

  #listen(stop: AbortSignal): Promise<ListenOutcome> {
    return new Promise(resolve => {
      const address = new URL('audio', document.baseURI);
      address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
      const socket = new WebSocket(address);
      socket.binaryType = 'arraybuffer';
      const reader = new AudioMessageReader();
      let lastDataAt = performance.now();
      let outcome: ListenOutcome = { kind: 'unreachable' };
      let pings = 0;
      const end = (why: ListenOutcome): void => {
        clearTimeout(timer);
        stop.removeEventListener('abort', stopped);
        socket.onmessage = socket.onclose = null;
        socket.close();
        resolve(why);
      };
      const stopped = (): void => end({ kind: 'stopped' });
      const tick = (): void => {
        if (performance.now() - lastDataAt > silenceSecondsMax * 1000) return end({ kind: 'silent', seconds: silenceSecondsMax });
        socket.send(writePing(++pings, micros()));
        timer = setTimeout(tick, pings < quickPings ? quickPingMs : slowPingMs);
      };
      let timer = setTimeout(() => end(outcome), connectTimeoutMs);
      stop.addEventListener('abort', stopped);
      socket.onopen = () => {
        outcome = { kind: 'lost' };
        clearTimeout(timer);
        socket.send(writeHello(this.#station, burstMs, 'station page'));
        lastDataAt = performance.now();
      };
      socket.onmessage = event => {
        if (!(event.data instanceof ArrayBuffer)) return;
        lastDataAt = performance.now();
        this.#bits.add(event.data.byteLength * 8, lastDataAt);
        for (const message of reader.push(new Uint8Array(event.data))) {
          if (message.type === 'accept') tick(); // only behind it pings are understood
          const over = this.#take(message, socket);
          if (over !== null) outcome = over;
        }
        if (reader.fault !== null) end({ kind: 'fault', text: reader.fault });
      };
      socket.onclose = () => end(outcome);
    });
  }

  #take(message: AudioMessage, socket: WebSocket): ListenOutcome | null {
    switch (message.type) {
      case 'accept':
        this.#session = message.session;
        this.#clock = new ServerClock();
        this.#onAir = true;
        this.#backoff.reset();
        this.#set('buffering', null);
        return null;
      case 'refuse':
        return { kind: 'refused', reason: message.reason, text: message.text };
      case 'format':
        this.#openNode(message.format);
        return null;
      case 'audio':
        if (this.#format !== null) this.#send({ type: 'chunk', planes: toPlanes(message.samples, this.#format), micros: message.micros });
        return null;
      case 'title':
        this.#title = message.title;
        this.#changed();
        return null;
      case 'ping':
        socket.send(writePong(message.id, message.sentMicros, micros()));
        return null;
      case 'pong':
        this.#clock.add(message.sentMicros, message.receivedMicros, message.answeredMicros, micros());
        return null;
      case 'notice':
        if (message.kind === 'skipped') this.#skippedMs += message.milliseconds;
        if (message.kind === 'offAir' || message.kind === 'onAir') {
          this.#onAir = message.kind === 'onAir';
          this.#showPlaying();
        }
        return message.kind === 'closing' ? { kind: 'ended', reason: message.reason, text: '' } : null;
    }
  }

  // --- Sound ---------------------------------------------------------------------------------------------------------

  #openNode(format: PcmFormat): void {
    const unchanged = this.#node !== null && JSON.stringify(format) === JSON.stringify(this.#format);
    this.#format = format;
    if (unchanged || this.#context === null || this.#gain === null) return;
    this.#closeNode();
    const node = new AudioWorkletNode(this.#context, processorName, {
      numberOfInputs: 0,
      outputChannelCount: [Math.min(channelsMax, format.channels)],
    });
    node.port.onmessage = (event: MessageEvent<PlayoutReport>) => {
      this.#report = event.data;
      this.#showPlaying();
    };
    node.connect(this.#gain);
    this.#node = node;
    this.#send({ type: 'format', rate: format.sampleRate });
  }

  #send(command: PlayoutCommand): void {
    this.#node?.port.postMessage(command, command.type === 'chunk' ? command.planes.map(plane => plane.buffer as ArrayBuffer) : []);
  }

  #showPlaying(): void {
    if (this.#session === null) return;
    const playing = this.#report?.playing ?? false;
    if (!this.#onAir && !playing) this.#set('offAir', offAirText(this.#station));
    else this.#set(playing ? 'playing' : 'buffering', null);
  }

  #endSession(): void {
    this.#session = null;
    this.#closeNode();
  }

  #closeNode(): void {
    const report = this.#report;
    this.#playedBefore += report?.playedSeconds ?? 0;
    this.#underrunsBefore += report?.underruns ?? 0;
    this.#jumpedBefore += report?.jumpedSeconds ?? 0;
    this.#report = null;
    if (this.#node !== null) this.#node.port.onmessage = null;
    this.#node?.disconnect();
    this.#node = null;
  }

  #closeSound(): void {
    void this.#context?.close().catch(() => undefined);
    this.#context = null;
    this.#gain = null;
  }

  #halt(): void {
    this.#stop.abort();
    this.#retryNow();
    this.#endSession();
    this.#closeSound();
    this.#format = null;
  }

  #delay(milliseconds: number, stop: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      if (stop.aborted) return resolve();
      const timeout = setTimeout(resolve, milliseconds);
      this.#retryNow = () => {
        clearTimeout(timeout);
        resolve();
      };
    });
  }

  #set(state: StationState, error: FailureText | null): void {
    this.state = state;
    this.error = error;
    this.#changed();
  }
}
