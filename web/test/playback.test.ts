import assert from 'node:assert/strict';
import { test } from 'node:test';
import { announced, audioTag, FlvStream, videoTag, type Arrivals } from '../src/flv-stream.ts';
import { naturalOrder } from '../src/format.ts';
import { matching, compareCells } from '../src/sorting.ts';
import { SteadyTimes } from '../src/steady-times.ts';
import { Watchdog } from '../src/watchdog.ts';

const scriptTag = 18;
const header = (flags: number): number[] => [0x46, 0x4c, 0x56, 1, flags, 0, 0, 0, 9, 0, 0, 0, 0];
const tag = (kind: number, time: number, body: readonly number[]): number[] => [
  kind, 0, 0, body.length, (time >>> 16) & 0xff, (time >>> 8) & 0xff, time & 0xff, time >>> 24, 0, 0, 0, ...body, 0, 0, 0, body.length + 11,
];
const avc = [0x17, 0, 0, 0, 0, 1];
const key = [0x17, 1, 0, 0, 0, 9];
const aac = [0xaf, 1, 7];

/** The times of the tags of a piece that comes without a header. */
function timesOf(bytes: Uint8Array | null): number[] {
  const times: number[] = [];
  for (let at = 0; bytes !== null && at + 11 <= bytes.length; at += 15 + bytes[at + 3]!) {
    times.push(((bytes[at + 7]! << 24) | (bytes[at + 4]! << 16) | (bytes[at + 5]! << 8) | bytes[at + 6]!) >>> 0);
  }
  return times;
}

const steps = (times: SteadyTimes, kind: number, from: number, count: number, step = 40): number[] =>
  Array.from({ length: count }, (_, i) => times.next(kind, (from + i * step) >>> 0, false));

test('Times begin at 0 and go on across 2^31 and 2^32', () => {
  for (const border of [2 ** 31, 2 ** 32]) {
    const times = new SteadyTimes();
    assert.deepEqual(steps(times, videoTag, border - 80, 5), [0, 40, 80, 120, 160]);
  }
});

test('A step back by an hour is the next moment, for both tracks alike', () => {
  const times = new SteadyTimes();
  const hour = 3_600_000;
  for (let i = 0; i < 10; i++) {
    times.next(videoTag, 2 * hour + i * 40, false);
    times.next(audioTag, 2 * hour + i * 40 + 7, false);
  }
  const video = steps(times, videoTag, hour, 1)[0]!;
  const audio = times.next(audioTag, hour + 7, false);
  assert.ok(video > 360 && video < 500, `video ${video}`);
  assert.equal(audio - video, 7);
  assert.deepEqual([times.next(videoTag, hour + 40, false) - video, times.next(audioTag, hour + 47, false) - video], [40, 47]);
});

test('Tracks whose clocks are hours apart play together', () => {
  const times = new SteadyTimes();
  steps(times, videoTag, 0, 5);
  const first = times.next(audioTag, 4 * 3_600_000, false);
  assert.equal(first, 160);
  assert.deepEqual(steps(times, audioTag, 4 * 3_600_000 + 20, 2, 20), [180, 200]);
  assert.deepEqual(steps(times, videoTag, 200, 2), [200, 240]);
});

test('A track that pauses while the other goes on keeps its place', () => {
  const times = new SteadyTimes();
  steps(times, audioTag, 0, 3, 20);
  steps(times, videoTag, 0, 251);
  assert.equal(times.next(audioTag, 10_000, false), 10_000);
});

test('A configuration with any time moves nothing', () => {
  const times = new SteadyTimes();
  steps(times, videoTag, 90_000, 3);
  assert.equal(times.next(videoTag, 0, true), 80);
  assert.deepEqual(steps(times, videoTag, 90_120, 1), [120]);
});

test('The header says which tracks there are', () => {
  assert.deepEqual(announced(new Uint8Array(header(5))), { audio: true, video: true });
  assert.deepEqual(announced(new Uint8Array(header(1))), { audio: false, video: true });
  assert.equal(announced(new Uint8Array([1, 2, 3, 4, 5])), null);
});

test('Whole tags come out on an even time line, and are counted', () => {
  const stream = new FlvStream();
  stream.push(new Uint8Array([...header(5), ...tag(videoTag, 2 ** 31 - 40, avc)]), 0);
  const out = stream.push(new Uint8Array([...tag(videoTag, 2 ** 31 - 40, key), ...tag(videoTag, 2 ** 31, key), ...tag(audioTag, 2 ** 31 + 10, aac)]), 5);
  assert.deepEqual(timesOf(out), [0, 40, 50]);
  assert.deepEqual([stream.video.count, stream.audio.count, stream.audio.at], [2, 1, 5]);
});

const changes: readonly (readonly [string, readonly number[], readonly number[]])[] = [
  ['another configuration', tag(videoTag, 0, avc), tag(videoTag, 40, [0x17, 0, 0, 0, 0, 2])],
  ['another sample rate', tag(audioTag, 0, [0xaf, 0, 0x12, 0x10]), tag(audioTag, 40, [0xaf, 0, 0x11, 0x90])],
  ['another audio codec', tag(audioTag, 0, aac), tag(audioTag, 40, [0x2f, 0xff, 0xfb])],
  ['another video codec', tag(videoTag, 0, key), tag(videoTag, 40, [0x12, 0, 0, 0x84])],
  ['a track that the header has not', tag(audioTag, 0, aac), tag(scriptTag, 40, [...Buffer.from('onStatus NetStream.Play.FormatChanged')])],
];
for (const [what, before, after] of changes) {
  test(`The stream ends where it changes: ${what}`, () => {
    const stream = new FlvStream();
    stream.push(new Uint8Array([...header(5), ...before]), 0);
    assert.deepEqual(timesOf(stream.push(new Uint8Array([...before, ...after, ...before]), 0)).length, 1);
    assert.equal(stream.end, 'changed');
    assert.equal(stream.push(new Uint8Array(before), 0), null);
  });
}

test('One codec written in two ways is no change', () => {
  const stream = new FlvStream();
  stream.push(new Uint8Array([...header(5), ...tag(videoTag, 0, key)]), 0);
  stream.push(new Uint8Array(tag(videoTag, 40, [0xa3, ...Buffer.from('avc1'), 1, 2])), 0);
  assert.equal(stream.end, null);
});

/** Runs a watchdog for so long and says when it barks, and what. */
function watch(seconds: number, at: (now: number) => { time: number; frames: number; audio: Arrivals; video: Arrivals }): readonly [number, string] | null {
  const dog = new Watchdog();
  for (let now = 0; now <= seconds * 1000; now += 200) {
    const { time, frames, audio, video } = at(now);
    const why = dog.step({ now, currentTime: time, framesDecoded: frames, audio, video });
    if (why !== null) return [now, why];
  }
  return null;
}

const flowing = (now: number, perSecond: number): Arrivals => ({ count: Math.floor((now * perSecond) / 1000), at: now });
const until = (now: number, end: number, perSecond: number): Arrivals => flowing(Math.min(now, end), perSecond);

test('The watchdog lets playing be', () => {
  assert.equal(watch(60, now => ({ time: now / 1000, frames: now / 40, audio: flowing(now, 43), video: flowing(now, 25) })), null);
});

test('The watchdog says that the sound stopped, three seconds after', () => {
  const bark = watch(30, now => ({ time: Math.min(now, 5400) / 1000, frames: Math.min(now, 5400) / 40, audio: until(now, 5000, 43), video: flowing(now, 25) }));
  assert.equal(bark?.[1], 'its sound stopped');
  assert.ok(bark[0] >= 7400 && bark[0] <= 8600, `${bark[0]}`);
});

test('The watchdog says that pictures came and were not shown', () => {
  const bark = watch(30, now => ({ time: now / 1000, frames: Math.min(now, 5000) / 40, audio: flowing(now, 43), video: flowing(now, 25) }));
  assert.equal(bark?.[1], 'its pictures came but were not shown');
});

test('The watchdog sees an attempt that never begins to play', () => {
  assert.equal(watch(30, now => ({ time: 0, frames: 0, audio: { count: 0, at: Number.NaN }, video: flowing(now, 25) }))?.[1], 'it stood still while it arrived');
});

test('The watchdog keeps still when nothing arrives, or one picture every six seconds', () => {
  assert.equal(watch(60, now => ({ time: Math.min(now, 5000) / 1000, frames: Math.min(now, 5000) / 40, audio: until(now, 5000, 43), video: until(now, 5000, 25) })), null);
  const slow = (now: number): Arrivals => ({ count: 1 + Math.floor(now / 6000), at: Math.floor(now / 6000) * 6000 });
  assert.equal(watch(60, now => ({ time: slow(now).count * 0.04, frames: slow(now).count, audio: { count: 0, at: Number.NaN }, video: slow(now) })), null);
});

test('Names are ordered as people count', () => {
  assert.deepEqual(['cam 10', 'cam 9', 'Cam 1', 'cam 1'].sort(naturalOrder), ['Cam 1', 'cam 1', 'cam 9', 'cam 10']);
});

test('Cells are ordered by number where they have one', () => {
  assert.ok(compareCells({ text: '9 kB', sort: 9000 }, { text: '10 B', sort: 10 }) > 0);
  assert.ok(compareCells({ text: 'cam 9' }, { text: 'cam 10' }) < 0);
});

test('A filter wants every word somewhere in the row', () => {
  const rows = [{ key: '1', cells: [{ text: 'live/Cam' }, { text: 'H.264' }] }, { key: '2', cells: [{ text: 'live/mic' }, { text: 'AAC' }] }];
  assert.deepEqual(matching(rows, 'h.264 cam').map(row => row.key), ['1']);
  assert.equal(matching(rows, '  ').length, 2);
});
