import type { Arrivals } from './flv-stream.ts';

/** What the player knows at one moment; times in milliseconds of any steady clock. */
export interface Signs {
  readonly now: number;
  /** Where playback is, in seconds. */
  readonly currentTime: number;
  readonly framesDecoded: number;
  readonly audio: Readonly<Arrivals>;
  readonly video: Readonly<Arrivals>;
}

const stillMs = 2500;
const flowMs = 2000;
const flowTagsMin = 8;
const kindGoneMs = 1500;
const blindMs = 4000;
const blindPicturesMin = 10;
const leapSeconds = 2;

/**
 * Tells playing from arriving. Media that flows in while playback stands still, or pictures that are never shown, mean that this
 * attempt is stuck: a fresh one begins at what can be played now.
 */
export class Watchdog {
  #time = Number.NaN;
  #frames = 0;
  #movedAt = Number.NaN;
  #seenAt = Number.NaN;
  #tagsAtMove = 0;
  #flowFrom = Number.NaN;
  #picturesAtSight = 0;

  /** How long playback has moved without a stop, in milliseconds. */
  movingMs = 0;

  /** Begins anew: with a new attempt, or when nobody wants it to play. */
  reset(): void {
    this.#time = this.#movedAt = this.#seenAt = this.#flowFrom = Number.NaN;
    this.movingMs = 0;
  }

  /** Why it is stuck, for the viewer to read, or null. */
  step(signs: Signs): string | null {
    const { now } = signs;
    const tags = signs.audio.count + signs.video.count;
    if (Number.isNaN(this.#movedAt)) {
      this.#time = signs.currentTime;
      this.#frames = signs.framesDecoded;
      this.#picturesAtSight = signs.video.count;
      this.#moved(now, tags);
      this.#seenAt = now;
      return null;
    }
    if (tags > this.#tagsAtMove && Number.isNaN(this.#flowFrom)) this.#flowFrom = now;

    const step = signs.currentTime - this.#time;
    if (step > 0 && step < leapSeconds) {
      this.movingMs += now - this.#movedAt;
      this.#moved(now, tags);
    } else if (now - this.#movedAt > stillMs) this.movingMs = 0;
    this.#time = signs.currentTime;
    if (signs.framesDecoded !== this.#frames) {
      this.#frames = signs.framesDecoded;
      this.#picturesAtSight = signs.video.count;
      this.#seenAt = now;
    }

    const latest = Math.max(...[signs.audio.at, signs.video.at].filter(at => !Number.isNaN(at)));
    const flows = latest - this.#flowFrom >= flowMs && tags - this.#tagsAtMove >= flowTagsMin;
    if (flows && now - this.#movedAt >= stillMs) return this.#why(signs, latest);
    if (now - this.#seenAt >= blindMs && signs.video.count - this.#picturesAtSight >= blindPicturesMin) return 'its pictures came but were not shown';
    return null;
  }

  #why(signs: Signs, latest: number): string {
    if (latest - signs.audio.at > kindGoneMs) return 'its sound stopped';
    if (latest - signs.video.at > kindGoneMs) return 'its pictures stopped';
    return 'it stood still while it arrived';
  }

  #moved(now: number, tags: number): void {
    this.#movedAt = now;
    this.#tagsAtMove = tags;
    this.#flowFrom = Number.NaN;
  }
}
