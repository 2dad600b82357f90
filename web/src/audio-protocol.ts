/** The audio protocol of docs/wire/audio.md, version 1.0, as a client reads and writes it. */

import type { PcmFormat } from './pcm.ts';

export type AudioMessage =
  | { readonly type: 'accept'; readonly session: number; readonly clockMicros: number; readonly burstMs: number; readonly lagMaxMs: number }
  | { readonly type: 'refuse'; readonly reason: number; readonly text: string }
  | { readonly type: 'format'; readonly format: PcmFormat; readonly chunkFrames: number }
  | { readonly type: 'audio'; readonly sequence: number; readonly micros: number; readonly samples: Uint8Array }
  | { readonly type: 'title'; readonly title: string }
  | { readonly type: 'notice'; readonly kind: NoticeKind | null; readonly reason: number; readonly milliseconds: number }
  | { readonly type: 'ping'; readonly id: number; readonly sentMicros: number }
  | { readonly type: 'pong'; readonly id: number; readonly sentMicros: number; readonly receivedMicros: number; readonly answeredMicros: number };

export type NoticeKind = 'throttled' | 'skipped' | 'draining' | 'closing' | 'offAir' | 'onAir';

const noticeKinds: readonly NoticeKind[] = ['throttled', 'skipped', 'draining', 'closing', 'offAir', 'onAir'];
const headerBytes = 4;
/** No message of a server that we understand is longer. */
const bodyBytesMax = 4 << 20;
const hello = 1;
const ping = 10;
const pong = 11;

/** Asks for a station; `burstMs` of the past come at once. */
export function writeHello(station: string, burstMs: number, agent: string): Uint8Array<ArrayBuffer> {
  const texts = [station, agent].map(text => new TextEncoder().encode(text));
  const body = new Uint8Array(10 + texts.reduce((sum, text) => sum + 1 + text.length, 0));
  const view = new DataView(body.buffer);
  body.set([0x51, 0x57, 0x41, 0x55, 1, 0]); // "QWAU", version 1.0
  view.setUint16(8, burstMs);
  let at = 10;
  for (const text of texts) {
    body[at] = text.length;
    body.set(text, at + 1);
    at += 1 + text.length;
  }
  return message(hello, body);
}

export function writePing(id: number, sentMicros: number): Uint8Array<ArrayBuffer> {
  const body = new DataView(new ArrayBuffer(12));
  body.setUint32(0, id);
  body.setBigUint64(4, BigInt(Math.round(sentMicros)));
  return message(ping, new Uint8Array(body.buffer));
}

/** Answers a ping that came and is answered at the same time of our clock. */
export function writePong(id: number, sentMicros: number, nowMicros: number): Uint8Array<ArrayBuffer> {
  const body = new DataView(new ArrayBuffer(28));
  body.setUint32(0, id);
  [sentMicros, nowMicros, nowMicros].forEach((micros, i) => body.setBigUint64(4 + 8 * i, BigInt(Math.round(micros))));
  return message(pong, new Uint8Array(body.buffer));
}

function message(type: number, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(headerBytes + body.length);
  bytes.set([type, body.length >> 16, (body.length >> 8) & 255, body.length & 255]);
  bytes.set(body, headerBytes);
  return bytes;
}

/** Takes bytes in any pieces and gives whole messages. */
export class AudioMessageReader {
  #held = new Uint8Array(0);

  /** What is wrong with what came; nothing is read any more. */
  fault: string | null = null;

  /** The messages that are whole by now. Samples are valid as long as the caller likes. */
  push(bytes: Uint8Array): AudioMessage[] {
    const messages: AudioMessage[] = [];
    let input = bytes;
    if (this.#held.length > 0) {
      input = new Uint8Array(this.#held.length + bytes.length);
      input.set(this.#held);
      input.set(bytes, this.#held.length);
    }
    let at = 0;
    while (this.fault === null && input.length - at >= headerBytes) {
      const length = (input[at + 1]! << 16) | (input[at + 2]! << 8) | input[at + 3]!;
      if (length > bodyBytesMax) this.fault = 'a message is longer than this player takes';
      if (this.fault !== null || input.length - at - headerBytes < length) break;
      const body = input.subarray(at + headerBytes, at + headerBytes + length);
      const read = readMessage(input[at]!, body);
      if (read === 'malformed') this.fault = `a message of type ${input[at]} is malformed`;
      else if (read !== 'unknown') messages.push(read);
      at += headerBytes + length;
    }
    this.#held = input.slice(at);
    return messages;
  }
}

function readMessage(type: number, body: Uint8Array): AudioMessage | 'unknown' | 'malformed' {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const u64 = (at: number): number => Number(view.getBigUint64(at));
  const text = (from: number): string => new TextDecoder().decode(body.subarray(from));
  try {
    switch (type) {
      case 2:
        return { type: 'accept', session: u64(4), clockMicros: u64(12), burstMs: view.getUint32(20), lagMaxMs: view.getUint32(24) };
      case 3:
        return { type: 'refuse', reason: view.getUint16(0), text: text(3) };
      case 6: {
        const encoding = (['u8', 's16', 's24', 's32', 'f32'] as const)[view.getUint8(0) - 1];
        const format = { encoding: encoding ?? 'u8', channels: view.getUint8(1), sampleRate: view.getUint32(4) };
        const valid = encoding !== undefined && format.channels > 0 && format.sampleRate >= 1000;
        return valid ? { type: 'format', format, chunkFrames: view.getUint32(8) } : 'malformed';
      }
      case 7:
        return { type: 'audio', sequence: u64(0), micros: u64(8), samples: body.subarray(16) };
      case 8:
        return view.getUint8(0) === 1 ? { type: 'title', title: text(1) } : 'unknown';
      case 9:
        return { type: 'notice', kind: noticeKinds[view.getUint8(0) - 1] ?? null, reason: view.getUint16(2), milliseconds: view.getUint32(4) };
      case ping:
        return { type: 'ping', id: view.getUint32(0), sentMicros: u64(4) };
      case pong:
        return { type: 'pong', id: view.getUint32(0), sentMicros: u64(4), receivedMicros: u64(12), answeredMicros: u64(20) };
      default:
        return 'unknown';
    }
  } catch (error) {
    if (error instanceof RangeError) return 'malformed'; // shorter than its fields
    throw error;
  }
}
