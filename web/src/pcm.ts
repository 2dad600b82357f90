export type PcmEncoding = 'u8' | 's16' | 's24' | 's32' | 'f32';

export interface PcmFormat {
  readonly encoding: PcmEncoding;
  readonly channels: number;
  /** Sample frames a second. */
  readonly sampleRate: number;
}

const sampleBytes: Readonly<Record<PcmEncoding, number>> = { u8: 1, s16: 2, s24: 3, s32: 4, f32: 4 };

/** Interleaved samples as one array a channel, full scale from -1 to 1. What is no whole sample frame is left out. */
export function toPlanes(samples: Uint8Array, format: PcmFormat): Float32Array<ArrayBuffer>[] {
  const { encoding, channels } = format;
  const bytes = sampleBytes[encoding];
  const frames = Math.floor(samples.length / (bytes * channels));
  const view = new DataView(samples.buffer, samples.byteOffset, samples.byteLength);
  const read = readers[encoding];
  return Array.from({ length: channels }, (_, channel) => {
    const plane = new Float32Array(frames);
    for (let i = 0; i < frames; i++) plane[i] = read(view, (i * channels + channel) * bytes);
    return plane;
  });
}

const readers: Readonly<Record<PcmEncoding, (view: DataView, at: number) => number>> = {
  u8: (view, at) => (view.getUint8(at) - 128) / 128,
  s16: (view, at) => view.getInt16(at, true) / 32_768,
  s24: (view, at) => (view.getUint16(at, true) | (view.getInt8(at + 2) << 16)) / 8_388_608,
  s32: (view, at) => view.getInt32(at, true) / 2_147_483_648,
  f32: (view, at) => view.getFloat32(at, true),
};

/** `48 kHz · 16 bits · stereo` */
export function formatName(format: PcmFormat): string {
  const bits: Readonly<Record<PcmEncoding, string>> = { u8: '8 bits', s16: '16 bits', s24: '24 bits', s32: '32 bits', f32: '32 bits float' };
  const channels = format.channels === 1 ? 'mono' : format.channels === 2 ? 'stereo' : `${format.channels} channels`;
  return `${format.sampleRate / 1000} kHz · ${bits[format.encoding]} · ${channels}`;
}
