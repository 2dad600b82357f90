/** One kind of media on the time line that the demuxer sees. */
interface Track {
  /** The tag's time as it came, unsigned 32 bits. */
  raw: number;
  /** The same, made wide: it neither wraps nor has a sign bit. */
  source: number;
  /** What is added to it. */
  offset: number;
  /** The latest time given out. */
  last: number;
}

const backMs = 1000;
const forwardMs = 3000;
/** Audio and video that began this near to each other have one clock; further apart they have two, whatever the numbers say. */
const oneClockMs = 5000;
const nearMs = 1500;
const resumeMs = 20;

/**
 * Gives a stream an even time line from 0 on. Publishers send times that cross 2^31, jump back by an hour, or run on clocks that are
 * hours apart for audio and video; demuxers and browsers stop for ever at each of these. A jump becomes the next moment, in step with the
 * other track if that one jumped as well; a pause of one track stays a pause.
 */
export class SteadyTimes {
  readonly #tracks = new Map<number, Track>();

  /** The time to give to a tag of a kind, in milliseconds. A configuration has the time of what is round it and moves nothing. */
  next(kind: number, time: number, isConfig: boolean): number {
    const track = this.#tracks.get(kind);
    const other = [...this.#tracks].find(([key]) => key !== kind)?.[1];
    if (isConfig) return track?.last ?? other?.last ?? 0;
    if (track === undefined) return this.#begin(kind, time, other);

    const step = (time - track.raw) | 0;
    track.raw = time;
    track.source += step;
    if (step < -backMs || step > forwardMs) this.#jump(track, other);
    track.last = Math.max(track.last, track.source + track.offset);
    return track.last;
  }

  #begin(kind: number, time: number, other: Track | undefined): number {
    const source = other === undefined ? time : other.source + ((time - other.raw) | 0);
    const track = { raw: time, source, offset: -source, last: 0 };
    this.#tracks.set(kind, track);
    if (other !== undefined) {
      const together = source + other.offset;
      track.offset = Math.abs(together - other.last) < oneClockMs ? other.offset : other.last - source;
      track.last = Math.max(0, source + track.offset);
    }
    return track.last;
  }

  #jump(track: Track, other: Track | undefined): void {
    const near = (offset: number): boolean => other !== undefined && Math.abs(track.source + offset - other.last) < nearMs;
    if (near(track.offset)) return;
    if (other !== undefined && near(other.offset)) track.offset = other.offset;
    else track.offset = Math.max(track.last + resumeMs, other?.last ?? 0) - track.source;
  }
}
