const none = '–';

export function formatSeconds(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds)) return none;
  return `${Math.max(0, seconds).toFixed(2)} s`;
}

export function formatBitrate(bitsPerSecond: number | null): string {
  if (bitsPerSecond === null || !Number.isFinite(bitsPerSecond)) return none;
  if (bitsPerSecond >= 1e6) return `${(bitsPerSecond / 1e6).toFixed(bitsPerSecond >= 1e7 ? 1 : 2)} Mb/s`;
  return bitsPerSecond >= 1000 ? `${Math.round(bitsPerSecond / 1000)} kb/s` : `${Math.round(bitsPerSecond)} b/s`;
}

/** Decimal units, as networks count. */
export function formatBytes(bytes: number | null): string {
  if (bytes === null || !Number.isFinite(bytes)) return none;
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

export function formatCount(count: number | null): string {
  return count === null || !Number.isFinite(count) ? none : count.toLocaleString('en');
}

/** `7 s`, `3 min 20 s`, `2 h 05 min`, `4 d 3 h`. */
export function formatDuration(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds)) return none;
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  if (whole < 86400) return `${Math.floor(whole / 3600)} h ${String(Math.floor(whole / 60) % 60).padStart(2, '0')} min`;
  return `${Math.floor(whole / 86400)} d ${Math.floor(whole / 3600) % 24} h`;
}

export function formatMilliseconds(milliseconds: number | null): string {
  if (milliseconds === null || !Number.isFinite(milliseconds)) return none;
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

/** The family name people know for an RFC 6381 codec string; the string itself when it is none we know. */
export function codecName(codec: string): string {
  const families: readonly (readonly [RegExp, string])[] = [
    [/^avc[13]/i, 'H.264'],
    [/^(hvc1|hev1)/i, 'HEVC (H.265)'],
    [/^av01/i, 'AV1'],
    [/^vp0?9/i, 'VP9'],
    [/^vp0?8/i, 'VP8'],
    [/^mp4a\.40/i, 'AAC'],
    [/^(mp3|mp4a\.(69|6b))/i, 'MP3'],
    [/^opus/i, 'Opus'],
    [/^flac/i, 'FLAC'],
    [/^ac-3/i, 'AC-3'],
    [/^ec-3/i, 'E-AC-3'],
    [/^sorensonh263/i, 'Sorenson H.263'],
    [/^vp6/i, 'VP6'],
    [/^screen/i, 'Screen Video'],
    [/^alaw/i, 'G.711 A-law'],
    [/^mulaw/i, 'G.711 µ-law'],
    [/^(pcm|adpcm)/i, 'PCM'],
    [/^speex/i, 'Speex'],
    [/^nellymoser/i, 'Nellymoser'],
  ];
  return families.find(([pattern]) => pattern.test(codec))?.[1] ?? codec;
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** Orders names as people do: `cam 9` before `cam 10`. Names that differ only in case keep an order of their own. */
export const naturalOrder = (a: string, b: string): number => collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
