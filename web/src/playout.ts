import { LiveChase, soundChase } from './chase.ts';

interface Piece {
  readonly planes: readonly Float32Array[];
  readonly frames: number;
  /** When its first sample was due, on the server's clock. */
  readonly micros: number;
}

/** More than this is never held: who is so far behind plays what is newer. */
const heldSecondsMax = 10;

/**
 * Sound between its arrival and its playing: what came unevenly goes out evenly, near the live edge. It starts when it holds its target, and once it
 * has run dry it waits for that again. At equal rates samples come out as they went in, unless it has to catch up.
 */
export class Playout {
  readonly #chase = new LiveChase(soundChase);
  #pieces: Piece[] = [];
  #at = 0; // in the first piece, in its sample frames
  #frames = 0; // held, with those of the first piece that were played

  /** Times it ran dry. */
  underruns = 0;

  /** Seconds it left out to come nearer to the live edge. */
  jumpedSeconds = 0;

  /** Whether sound comes out. */
  playing = false;

  /** `rate` and `outputRate` in sample frames a second. */
  constructor(
    readonly rate: number,
    readonly outputRate: number,
  ) {}

  get bufferedSeconds(): number {
    return Math.max(0, this.#frames - this.#at) / this.rate;
  }

  get targetSeconds(): number {
    return this.#chase.target;
  }

  /** When the next sample to come out was due on the server's clock, in microseconds; null when nothing is held. */
  get micros(): number | null {
    const first = this.#pieces[0];
    return first === undefined ? null : first.micros + (this.#at / this.rate) * 1e6;
  }

  push(planes: readonly Float32Array[], micros: number): void {
    const frames = planes[0]?.length ?? 0;
    if (frames === 0) return;
    this.#pieces.push({ planes, frames, micros });
    this.#frames += frames;
    if (this.bufferedSeconds > heldSecondsMax) this.#skipTo(this.#chase.target);
  }

  /** Fills arrays of equal length, one a channel; with silence where there is nothing. `now`: seconds of any steady clock. */
  render(output: readonly Float32Array[], now: number): void {
    const wanted = output[0]?.length ?? 0;
    for (const plane of output) plane.fill(0);
    if (!this.playing) {
      if (this.bufferedSeconds < this.#chase.target) return;
      this.playing = true;
    }
    const step = this.#chase.step(this.bufferedSeconds, now);
    if (step.jumpTo !== null) this.#skipTo(step.jumpTo);
    const advance = (this.rate / this.outputRate) * step.rate;
    if (advance === 1) this.#at = Math.round(this.#at); // from here on samples are as they came
    for (let i = 0; i < wanted; i++) {
      if (!this.#settle()) {
        this.playing = false;
        this.underruns += 1;
        this.#chase.stalled(now);
        return;
      }
      this.#sample(output, i);
      this.#at += advance;
    }
  }

  /** Lets go of pieces that are played. False when there is nothing left to play. */
  #settle(): boolean {
    for (;;) {
      const first = this.#pieces[0];
      if (first === undefined) {
        this.#at = 0; // what comes next is played from its first sample on
        return false;
      }
      if (this.#at < first.frames) return true;
      this.#at -= first.frames;
      this.#frames -= first.frames;
      this.#pieces.shift();
    }
  }

  #sample(output: readonly Float32Array[], index: number): void {
    const [first, second] = this.#pieces;
    const whole = Math.floor(this.#at);
    const part = this.#at - whole;
    output.forEach((plane, channel) => {
      const source = channelOf(first!, channel);
      const here = source[whole]!;
      if (part === 0) {
        plane[index] = here;
        return;
      }
      const next = whole + 1 < first!.frames ? source[whole + 1]! : second === undefined ? here : (channelOf(second, channel)[0] ?? here);
      plane[index] = here + (next - here) * part;
    });
  }

  #skipTo(seconds: number): void {
    const over = this.bufferedSeconds - seconds;
    if (over <= 0) return;
    this.#at += Math.round(over * this.rate);
    this.jumpedSeconds += over;
    this.#settle();
  }
}

/** A channel that is not there sounds like the last one: mono on both sides. */
const channelOf = (piece: Piece, channel: number): Float32Array => piece.planes[Math.min(channel, piece.planes.length - 1)]!;
