/*
 * FLV file: header (9 bytes, its length in the last 4), then PreviousTagSize0 (4), then tags:
 *   type (1) | data size (3) | timestamp (4) | stream id (3) | data | previous tag size (4)
 */
const headerBytes = 9;
const headerBytesMax = 1024;
const tagOverheadBytes = 11 + 4;

/**
 * Cuts a byte stream into whole FLV tags. The demuxer below moves a buffer of megabytes for each partial tag it is
 * handed, and shows a frame no sooner for it.
 */
export class TagAligner {
  #rest = new Uint8Array(0);
  #started = false;
  #refused = false;

  /** The stream is not FLV: nothing will ever come out. */
  get refused(): boolean {
    return this.#refused;
  }

  /** Takes any piece of the stream; returns all tags that are now whole (the first time with the header), or null. */
  push(piece: Uint8Array): Uint8Array<ArrayBuffer> | null {
    if (this.#refused) return null;
    const bytes = new Uint8Array(this.#rest.length + piece.length);
    bytes.set(this.#rest);
    bytes.set(piece, this.#rest.length);

    const view = new DataView(bytes.buffer);
    let end = 0;
    let started = this.#started;
    if (!started && bytes.length >= headerBytes) {
      this.#refused = view.getUint32(0) >>> 8 !== 0x464c56 || view.getUint32(5) < headerBytes || view.getUint32(5) > headerBytesMax;
      if (this.#refused) return null;
      end = view.getUint32(5) + 4;
      started = true;
    }
    const first = end;
    while (started && end + tagOverheadBytes <= bytes.length) {
      const next = end + tagOverheadBytes + (view.getUint32(end) & 0xffffff);
      if (next > bytes.length) break;
      end = next;
    }
    if (end > bytes.length || end === 0 || (end === first && !this.#started)) {
      this.#rest = bytes;
      return null;
    }
    this.#started = started;
    return this.#take(bytes, end);
  }

  #take(bytes: Uint8Array<ArrayBuffer>, end: number): Uint8Array<ArrayBuffer> {
    this.#rest = bytes.slice(end);
    return bytes.slice(0, end);
  }
}
