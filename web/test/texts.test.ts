import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reasonText, sortedReasons, totalOf } from '../src/api.ts';
import { describeConnectionFailure, describeMediaFailure } from '../src/failures.ts';
import { codecName, formatBitrate, formatBytes, formatCount, formatDuration, formatMilliseconds, formatSeconds } from '../src/format.ts';

test('Amounts read as people write them', () => {
  assert.deepEqual([0, 999, 279_400, 1_500_000, 25_000_000].map(formatBitrate), ['0 b/s', '999 b/s', '279 kb/s', '1.50 Mb/s', '25.0 Mb/s']);
  assert.deepEqual([0, 999, 1000, 99_949, 99_950, 999_600, 4.2e9].map(formatBytes), ['0 B', '999 B', '1.0 kB', '99.9 kB', '100 kB', '1.0 MB', '4.2 GB']);
  assert.deepEqual([0.9, 7, 200, 7500, 270_000].map(formatDuration), ['0 s', '7 s', '3 min 20 s', '2 h 05 min', '3 d 3 h']);
  assert.deepEqual([0, 999, 1500].map(formatMilliseconds), ['0 ms', '999 ms', '1.5 s']);
  assert.equal(formatSeconds(0.419), '0.42 s');
  assert.equal(formatCount(1234567), '1,234,567');
});

test('What is not known is a dash, never a number', () => {
  for (const format of [formatBitrate, formatBytes, formatDuration, formatMilliseconds, formatSeconds, formatCount]) {
    assert.equal(format(null), '–');
    assert.equal(format(Number.NaN), '–');
  }
});

test('Codec strings have the names people know', () => {
  assert.deepEqual(['avc1.42c01e', 'hvc1.1.6.L93.B0', 'av01.0.04M.08', 'mp4a.40.2', 'opus', 'xyz1'].map(codecName), ['H.264', 'HEVC (H.265)', 'AV1', 'AAC', 'Opus', 'xyz1']);
});

test('A stream that is not there is waited for by name', () => {
  const { title, text } = describeConnectionFailure({ kind: 'status', status: 404 }, 'live/a');
  assert.equal(title, 'Waiting for the stream');
  assert.match(text, /live\/a/);
});

test('An unknown status is named, not explained away', () => {
  assert.match(describeConnectionFailure({ kind: 'status', status: 418 }, 'x').text, /HTTP 418/);
});

test('The codec that the browser lacks is named', () => {
  const noHevc = (mime: string): boolean => !mime.includes('hvc1');
  const text = describeMediaFailure({ message: 'NotSupportedError', codecs: ['hvc1.1.6.L93.B0', 'mp4a.40.2'] }, noHevc);
  assert.equal(text.title, 'Codec not supported');
  assert.match(text.text, /This browser cannot play HEVC \(H\.265\) \(hvc1\.1\.6\.L93\.B0\)/);
  const quoted = "The type provided ('video/mp4;codecs=hvc1.1.6.L93.B0') is not supported.";
  assert.match(describeMediaFailure({ message: quoted, codecs: [] }, noHevc).text, /HEVC/);
});

test('A codec that only the player lacks is not blamed on the browser', () => {
  const all = (): boolean => true;
  assert.match(describeMediaFailure({ message: 'Flv: Unsupported audio codec idx: 11', codecs: [] }, all).text, /This player cannot play Speex/);
  assert.match(describeMediaFailure({ message: 'Flv: Unsupported codec in video frame: 4', codecs: [] }, all).text, /This player cannot play VP6/);
});

test('Any other trouble is told in its own words', () => {
  assert.equal(describeMediaFailure({ message: 'Flv: No PPS', codecs: ['avc1.42c01e'] }, () => true).text, 'Flv: No PPS');
});

test('Reasons are sorted by count, then by name, and zeros are left out', () => {
  assert.deepEqual(sortedReasons({ b: 1, a: 1, none: 0, often: 9 }), [['often', 9], ['a', 1], ['b', 1]]);
  assert.equal(totalOf({ a: 2, b: 3 }), 5);
  assert.equal(totalOf(undefined), 0);
  assert.equal(reasonText('lag_time_exceeded'), 'lag time exceeded');
});
