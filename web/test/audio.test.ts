import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AudioMessageReader, writeHello, writePing, writePong, type AudioMessage } from '../src/audio-protocol.ts';
import { floorDb, LevelGauge, MeterBar, toDb } from '../src/levels.ts';
import { formatName, toPlanes, type PcmEncoding } from '../src/pcm.ts';
import { Playout } from '../src/playout.ts';
import { ServerClock } from '../src/server-clock.ts';
import { describeOutcome, isLasting } from '../src/station-failures.ts';
import { parseStationName, stationQuery, stationUrl } from '../src/urls.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase();
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

test('A hello is the one of the specification', () => {
  assert.equal(hex(writeHello('speech', 250, 'app')), hex(bytes('01000015 51574155 0100 0000 00FA 06737065656368 03617070')));
});

test('Pings and pongs lie as they should', () => {
  assert.equal(hex(writePing(7, 1)), '0A00000C000000070000000000000001');
  assert.equal(hex(writePong(7, 1, 2)), '0B00001C00000007000000000000000100000000000000020000000000000002');
});

const conversation = bytes(
  '0200001C 0100 0000 0000000000000009 00000000000003E8 000003E8 00000BB8' + // accept 9, clock 1000, burst 1000, lag 3000
    '0600000C 02 02 0000 0000BB80 000003C0' + // s16, 2 channels, 48000, 960
    '08000003 01 C3B6' + // title ö
    '63000002 FFFF' + // of a later version
    '07000014 0000000000000001 0000000000000002 01020304' +
    '09000008 02 00 00D9 000004B0' + // skipped 1200 ms
    '03000006 0193 03 6E6F21' + // refuse 403 "no!"
    '0A00000C 00000001 0000000000000005' +
    '0B00001C 00000001 0000000000000005 0000000000000006 0000000000000007',
);

const plain = (message: AudioMessage): unknown => (message.type === 'audio' ? { ...message, samples: [...message.samples] } : message);

const said: readonly unknown[] = [
  { type: 'accept', session: 9, clockMicros: 1000, burstMs: 1000, lagMaxMs: 3000 },
  { type: 'format', format: { encoding: 's16', channels: 2, sampleRate: 48_000 }, chunkFrames: 960 },
  { type: 'title', title: 'ö' },
  { type: 'audio', sequence: 1, micros: 2, samples: [1, 2, 3, 4] },
  { type: 'notice', kind: 'skipped', reason: 217, milliseconds: 1200 },
  { type: 'refuse', reason: 403, text: 'no!' },
  { type: 'ping', id: 1, sentMicros: 5 },
  { type: 'pong', id: 1, sentMicros: 5, receivedMicros: 6, answeredMicros: 7 },
];

test('At every split the same messages come out', () => {
  for (let at = 0; at <= conversation.length; at++) {
    const reader = new AudioMessageReader();
    const messages = [...reader.push(conversation.slice(0, at)), ...reader.push(conversation.slice(at))];
    assert.deepEqual(messages.map(plain), said, `split at ${at}`);
    assert.equal(reader.fault, null);
  }
});

test('Byte by byte the same messages come out', () => {
  const reader = new AudioMessageReader();
  assert.deepEqual([...conversation].flatMap(byte => reader.push(Uint8Array.of(byte))).map(plain), said);
});

test('A malformed or endless message is a fault, and nothing is read behind it', () => {
  for (const wrong of ['06000003 020200', '0600000C 09 02 0000 0000BB80 000003C0', '07FFFFFF', '09000000']) {
    const reader = new AudioMessageReader();
    assert.deepEqual(reader.push(bytes(wrong)), []);
    assert.notEqual(reader.fault, null, wrong);
    assert.deepEqual(reader.push(conversation), []);
  }
});

test('Full scale of every encoding is one, and silence nothing', () => {
  const cases: readonly (readonly [PcmEncoding, string, readonly number[]])[] = [
    ['u8', '00 80 FF', [-1, 0, 127 / 128]],
    ['s16', '0080 0000 FF7F', [-1, 0, 32_767 / 32_768]],
    ['s24', '000080 000000 FFFF7F', [-1, 0, 8_388_607 / 8_388_608]],
    ['s32', '00000080 00000000 00000040', [-1, 0, 0.5]],
    ['f32', '000080BF 00000000 0000003F', [-1, 0, 0.5]],
  ];
  for (const [encoding, samples, levels] of cases) {
    const [plane] = toPlanes(bytes(samples), { encoding, channels: 1, sampleRate: 8000 });
    assert.deepEqual([...plane!], levels.map(Math.fround), encoding);
  }
});

test('Channels come apart, and half a sample frame is left out', () => {
  const planes = toPlanes(bytes('0010 0020 0030 0040 0050'), { encoding: 's16', channels: 2, sampleRate: 8000 });
  assert.deepEqual(planes.map(plane => [...plane]), [[0.125, 0.375], [0.25, 0.5]]);
});

test('The quickest answer of late tells the time', () => {
  const clock = new ServerClock();
  assert.equal(clock.at(0), null);
  clock.add(0, 1_000_500, 1_000_500, 1000); // 1 s ahead, half a millisecond each way
  clock.add(2000, 1_012_000, 1_012_000, 12_000); // all of its 10 ms on one way: wrong by 5
  assert.equal(clock.at(0), 1_000_000);
  assert.equal(clock.delay, 1000);
  for (let i = 0; i < 16; i++) clock.add(0, 2_001_000, 2_001_000, 2000);
  assert.equal(clock.at(0), 2_000_000);
});

test('Levels are those of a sine wave', () => {
  const gauge = new LevelGauge();
  const wave = Float32Array.from({ length: 4800 }, (_, i) => 0.5 * Math.sin((2 * Math.PI * i) / 48));
  gauge.add([wave, new Float32Array(4800)], 4800);
  const [left, right] = gauge.take();
  assert.ok(Math.abs(toDb(left!.peak) + 6.02) < 0.01 && Math.abs(toDb(left!.rms) + 9.03) < 0.01);
  assert.deepEqual(right, { peak: 0, rms: 0 });
  assert.equal(toDb(0), floorDb);
  assert.deepEqual(gauge.take(), []);
});

test('A bar goes up at once, comes down slowly, and holds the highest for a while', () => {
  const bar = new MeterBar();
  bar.step(-6, 0.1, 1);
  assert.deepEqual([bar.peakDb, bar.heldDb], [-6, -6]);
  bar.step(floorDb, 0.5, 1.5);
  assert.deepEqual([bar.peakDb, bar.heldDb], [-18, -6]);
  bar.step(floorDb, 1, 2.5);
  assert.deepEqual([bar.peakDb, bar.heldDb], [-42, -42]);
});

const count = (from: number, frames: number): Float32Array => Float32Array.from({ length: frames }, (_, i) => from + i);

test('What comes unevenly goes out sample for sample, from the target on', () => {
  const playout = new Playout(1000, 1000);
  const out = new Float32Array(10);
  playout.push([count(0, 150)], 0);
  playout.render([out], 0);
  assert.deepEqual([playout.playing, ...out], [false, ...new Float32Array(10)]);
  const heard: number[] = [];
  let sent = 150;
  for (let seconds = 0; heard.length < 20_000; seconds += 0.01) {
    const piece = [0, 3, 17, 20][Math.floor(seconds * 100) % 4]!; // 10 at a time, on the whole
    playout.push([count(sent, piece)], sent * 1000);
    sent += piece;
    if (heard.length === 0 && playout.bufferedSeconds < 0.2) playout.push([count(sent, 50)], ((sent += 50) - 50) * 1000);
    assert.ok(playout.micros === null || Math.abs(playout.micros - heard.length * 1000) < 1);
    playout.render([out], seconds);
    assert.ok(playout.playing);
    heard.push(...out);
  }
  assert.deepEqual(heard, [...count(0, heard.length)]);
  assert.deepEqual([playout.underruns, playout.jumpedSeconds], [0, 0]);
});

test('What runs dry is silent, waits for its target, and goes on behind what was played', () => {
  const playout = new Playout(1000, 1000);
  const out = new Float32Array(100);
  playout.push([count(1, 250)], 0);
  for (let i = 0; i < 3; i++) playout.render([out], i / 10);
  assert.deepEqual([playout.underruns, playout.playing, out[0], Math.round(out[49]!), out[60]], [1, false, 201, 250, 0]); // the last of it a little slower
  playout.push([count(251, 100)], 250_000);
  playout.render([out], 1);
  assert.equal(out[0], 0);
  playout.push([count(351, 300)], 350_000);
  playout.render([out], 1.1);
  assert.equal(out[0], 251);
});

test('Too much is jumped over, a little is played off faster', () => {
  const playout = new Playout(1000, 1000);
  const out = new Float32Array(10);
  playout.push([count(0, 3000)], 0);
  playout.render([out], 0);
  assert.ok(playout.jumpedSeconds > 2.7 && out[0]! >= 2790);
  playout.push([count(3000, 500)], 3e6);
  let before = playout.bufferedSeconds;
  playout.render([out], 0.01);
  assert.ok(before - playout.bufferedSeconds > 0.010_01 && before - playout.bufferedSeconds < 0.010_11);
  for (let seconds = 0.02; playout.bufferedSeconds > 0.25; seconds += 0.01) {
    playout.push([count(0, 9)], 0);
    playout.render([out], seconds);
    before = playout.bufferedSeconds;
  }
  assert.equal(playout.underruns, 0);
});

test('Another rate of the sound card is interpolated, and mono is heard on both sides', () => {
  const playout = new Playout(1000, 2000);
  const [left, right] = [new Float32Array(100), new Float32Array(100)];
  playout.push([count(0, 220)], 0);
  playout.render([left, right], 0);
  assert.deepEqual([...left], [...right]);
  left.forEach((value, i) => assert.ok(Math.abs(value - i / 2) < 0.01, `${i}: ${value}`));
});

test('A page can say nothing but what the server allows', () => {
  assert.equal(parseStationName('talk-1.a_b'), 'talk-1.a_b');
  for (const wrong of [null, '', '.hidden', 'a/b', 'ä', 'x'.repeat(65)]) assert.equal(parseStationName(wrong), null);
  assert.equal(stationUrl('http://host:8080/x/stations?station=a', 'talk'), 'http://host:8080/x/audio/talk.wav');
  assert.equal(stationQuery('talk'), '?station=talk');
});

test('What is refused for good is not tried again', () => {
  const refused = (reason: number) => ({ kind: 'refused', reason, text: 'the words of the server' }) as const;
  assert.deepEqual([3, 207, 212, 217, 403, 405, 600, 9999].map(reason => isLasting(refused(reason))), [true, false, false, false, true, true, false, false]);
  assert.match(describeOutcome(refused(403), 'talk').text, /talk/);
  assert.match(describeOutcome(refused(212), 'talk').title, /busy/);
  assert.match(describeOutcome(refused(9999), 'talk').text, /the words of the server/);
  assert.equal(isLasting({ kind: 'lost' }), false);
});

test('A format reads as people write it', () => {
  assert.equal(formatName({ encoding: 's16', channels: 2, sampleRate: 44_100 }), '44.1 kHz · 16 bits · stereo');
  assert.equal(formatName({ encoding: 'f32', channels: 6, sampleRate: 96_000 }), '96 kHz · 32 bits float · 6 channels');
});
