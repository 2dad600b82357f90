/** What one channel was like over a short time. */
export interface Level {
  /** The largest sample, whatever its sign. */
  readonly peak: number;
  /** The root of the mean square. */
  readonly rms: number;
}

/** The bottom of every scale here. */
export const floorDb = -60;

/** Linear to decibels of full scale, not below the floor. A square wave at full scale is 0, so is its RMS. */
export function toDb(linear: number): number {
  return linear > 0 ? Math.max(floorDb, 20 * Math.log10(linear)) : floorDb;
}

/** Gathers samples of all channels until it is asked. */
export class LevelGauge {
  #peaks: number[] = [];
  #squares: number[] = [];
  #frames = 0;

  add(planes: readonly Float32Array[], frames: number): void {
    planes.forEach((plane, channel) => {
      let peak = this.#peaks[channel] ?? 0;
      let squares = this.#squares[channel] ?? 0;
      for (let i = 0; i < frames; i++) {
        const sample = plane[i]!;
        const size = Math.abs(sample);
        if (size > peak) peak = size;
        squares += sample * sample;
      }
      this.#peaks[channel] = peak;
      this.#squares[channel] = squares;
    });
    this.#frames += frames;
  }

  /** The levels since it was asked last. */
  take(): Level[] {
    const levels = this.#peaks.map((peak, channel) => ({ peak, rms: Math.sqrt(this.#squares[channel]! / Math.max(1, this.#frames)) }));
    this.#peaks = [];
    this.#squares = [];
    this.#frames = 0;
    return levels;
  }
}

const fallDbPerSecond = 24;
const holdSeconds = 1.2;

/** One bar of a meter: up at once, down at a steady pace, and the highest of late held for a while. In dB of full scale. */
export class MeterBar {
  #shown = floorDb;
  #held = floorDb;
  #heldAt = 0;

  /** The peak as the bar shows it. */
  get peakDb(): number {
    return this.#shown;
  }

  /** The highest of late. */
  get heldDb(): number {
    return this.#held;
  }

  /** `peakDb`: the latest. `seconds`: since the last step. `now`: seconds of any steady clock. */
  step(peakDb: number, seconds: number, now: number): void {
    this.#shown = Math.max(peakDb, this.#shown - fallDbPerSecond * seconds, floorDb);
    if (this.#shown >= this.#held || now - this.#heldAt > holdSeconds) {
      this.#held = this.#shown;
      this.#heldAt = now;
    }
  }
}
