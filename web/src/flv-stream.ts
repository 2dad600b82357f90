import { TagAligner } from './flv-tags.ts';
import { SteadyTimes } from './steady-times.ts';

export const audioTag = 8;
export const videoTag = 9;
const scriptTag = 18;
const tagHeaderBytes = 11;

/** Why a stream cannot go on as it is: it is not FLV; or its tracks or codecs changed, and a fresh start plays them. */
export type StreamEnd = 'format' | 'changed';

/** What came of one kind of media. */
export interface Arrivals {
  count: number;
  /** When the latest came; NaN before the first. */
  at: number;
}

/** Which kinds the header announces, of the first bytes of a stream; null when they are no FLV header. */
export function announced(first: Uint8Array): { readonly audio: boolean; readonly video: boolean } | null {
  if (first.length < 5 || first[0] !== 0x46 || first[1] !== 0x4c || first[2] !== 0x56) return null;
  const flags = first[4] ?? 0;
  return { audio: (flags & 4) !== 0, video: (flags & 1) !== 0 };
}

/**
 * A stream of FLV on its way to the demuxer: whole tags, on an even time line, as long as each track keeps its codec and its
 * configuration. Demuxers and browsers stop at a new one, or do not notice it.
 */
export class FlvStream {
  readonly audio: Arrivals = { count: 0, at: Number.NaN };
  readonly video: Arrivals = { count: 0, at: Number.NaN };
  readonly #tags = new TagAligner();
  readonly #times = new SteadyTimes();
  readonly #formats = new Map<number, string>();
  readonly #configs = new Map<number, Uint8Array>();
  #begun = false;
  #end: StreamEnd | null = null;

  /** Why nothing more comes out, or null. */
  get end(): StreamEnd | null {
    return this.#end;
  }

  /** Takes any piece of the stream that came at `now`; returns the tags that are whole and can be shown, or null. */
  push(piece: Uint8Array, now: number): Uint8Array<ArrayBuffer> | null {
    if (this.#end !== null) return null;
    const whole = this.#tags.push(piece);
    if (this.#tags.refused) this.#end = 'format';
    if (whole === null) return null;

    const view = new DataView(whole.buffer, whole.byteOffset, whole.byteLength);
    let at = this.#begun ? 0 : view.getUint32(5) + 4;
    this.#begun = true;
    while (at + tagHeaderBytes <= whole.length) {
      const size = view.getUint32(at) & 0xffffff;
      const body = whole.subarray(at + tagHeaderBytes, at + tagHeaderBytes + size);
      const kind = view.getUint8(at) & 0x1f;
      if (this.#changes(kind, body)) {
        this.#end = 'changed';
        return at === 0 ? null : whole.slice(0, at);
      }
      const time = ((view.getUint8(at + 7) << 24) | (view.getUint32(at + 4) >>> 8)) >>> 0;
      const steady = this.#times.next(kind === scriptTag ? videoTag : kind, time, kind === scriptTag || isConfig(kind, body));
      view.setUint32(at + 4, ((steady & 0xffffff) << 8) | ((steady >>> 24) & 0xff));
      this.#count(kind, body, now);
      at += tagHeaderBytes + size + 4;
    }
    return whole;
  }

  #count(kind: number, body: Uint8Array, now: number): void {
    if ((kind !== audioTag && kind !== videoTag) || isConfig(kind, body)) return;
    const arrivals = kind === audioTag ? this.audio : this.video;
    arrivals.count += 1;
    arrivals.at = now;
  }

  #changes(kind: number, body: Uint8Array): boolean {
    if (kind === scriptTag) return saysFormatChanged(body);
    if ((kind !== audioTag && kind !== videoTag) || body.length < 2) return false;
    const format = formatOf(kind, body);
    const before = this.#formats.get(kind);
    this.#formats.set(kind, format);
    if (before !== undefined && before !== format) return true;
    if (!isConfig(kind, body)) return false;
    const config = this.#configs.get(kind);
    this.#configs.set(kind, body.slice());
    return config !== undefined && (config.length !== body.length || config.some((byte, i) => byte !== body[i]));
  }
}

/** The codec's number, or its FourCC in an extended header. */
function formatOf(kind: number, body: Uint8Array): string {
  const first = body[0] ?? 0;
  const isExtended = kind === audioTag ? first >> 4 === 9 : first >= 0x80;
  if (isExtended) return String.fromCharCode(...body.subarray(1, 5));
  const code = kind === audioTag ? first >> 4 : first & 0xf;
  if (kind === audioTag) return code === 10 ? 'mp4a' : code === 2 || code === 14 ? '.mp3' : String(code);
  return code === 7 ? 'avc1' : code === 12 ? 'hvc1' : String(code);
}

/** Whether a tag configures a decoder (or, of a video, describes it) instead of carrying media. */
function isConfig(kind: number, body: Uint8Array): boolean {
  const first = body[0] ?? 0;
  if (kind === audioTag) return first >> 4 === 9 ? (first & 0xf) === 0 : first >> 4 === 10 && body[1] === 0;
  if (kind !== videoTag) return false;
  if (first >= 0x80) return (first & 0xf) === 0;
  return ((first & 0xf) === 7 || (first & 0xf) === 12) && body[1] === 0;
}

/** The server's last word when a track appeared that the header has not (docs/wire/flv.md). */
function saysFormatChanged(body: Uint8Array): boolean {
  return body.length < 256 && new TextDecoder('latin1').decode(body).includes('NetStream.Play.FormatChanged');
}
