/** What the player does next to stay near the live edge. */
export interface ChaseStep {
  /** Playback rate: 1 is normal speed. */
  readonly rate: number;
  /** When not null: jump so that this many seconds are left before the live edge. */
  readonly jumpTo: number | null;
}

export interface ChaseLimits {
  /** The distance to the live edge to begin with and to come back to, in seconds. */
  readonly targetMin: number;
  readonly targetMax: number;
  /** Excess over the target beyond which catching up by speed would take too long, in seconds. */
  readonly excessMax: number;
  /** How much faster than normal it catches up, at least and at most. */
  readonly fasterMin: number;
  readonly fasterMax: number;
  /** How much slower it plays what is left when that is little. */
  readonly slower: number;
}

/** Pictures with sound, whose pitch the browser corrects. */
export const videoChase: ChaseLimits = { targetMin: 0.4, targetMax: 2.5, excessMax: 3, fasterMin: 0.03, fasterMax: 0.15, slower: 0.04 };

/** Sound alone, whose pitch goes with its speed: a hundredth is a sixth of a semitone. */
export const soundChase: ChaseLimits = { targetMin: 0.2, targetMax: 2.5, excessMax: 1, fasterMin: 0.002, fasterMax: 0.01, slower: 0.005 };

/**
 * Keeps a distance to the live edge that this network allows. Small excess is played off slightly fast, which neither
 * eye nor ear notices; a large one is jumped over. A stall widens the distance, quiet time narrows it again.
 */
export class LiveChase {
  #target: number;
  #catchingUp = false;
  #calmSince = 0;

  constructor(private readonly limits: ChaseLimits = videoChase) {
    this.#target = limits.targetMin;
  }

  /** The distance to the live edge that is aimed for, in seconds. */
  get target(): number {
    return this.#target;
  }

  /** Playback ran dry at `now` (seconds). */
  stalled(now: number): void {
    this.#target = Math.min(this.#target * 1.5, this.limits.targetMax);
    this.#calmSince = now;
  }

  /** `distance`: buffered seconds ahead of what is shown. `now`: seconds of any steady clock. */
  step(distance: number, now: number): ChaseStep {
    if (now - this.#calmSince > 20) {
      this.#target = Math.max(this.#target * 0.9, this.limits.targetMin);
      this.#calmSince = now - 10;
    }
    const excess = distance - this.#target;
    if (excess > this.limits.excessMax) {
      this.#catchingUp = false;
      return { rate: 1, jumpTo: this.#target };
    }
    // Two thresholds, or the rate would flip at each arrival of a frame.
    this.#catchingUp = excess > (this.#catchingUp ? 0.03 : 0.25);
    const { fasterMin, fasterMax, slower } = this.limits;
    if (this.#catchingUp) return { rate: 1 + Math.min(fasterMax, Math.max(fasterMin, excess * 0.25)), jumpTo: null };
    // Nearly dry: stretch what is left instead of stopping.
    return { rate: distance < this.#target * 0.35 ? 1 - slower : 1, jumpTo: null };
  }
}
