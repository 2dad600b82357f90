import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TagAligner } from '../src/flv-tags.ts';

const header = Uint8Array.of(0x46, 0x4c, 0x56, 1, 5, 0, 0, 0, 9, 0, 0, 0, 0);

function tag(type: number, size: number): Uint8Array {
  const bytes = new Uint8Array(11 + size + 4).fill(0xff);
  bytes.set([type, size >> 16, (size >> 8) & 255, size & 255]);
  return bytes;
}

const sizes = [0, 1, 5, 300, 70_000, 2];
const stream = Uint8Array.from([header, ...sizes.map((size, i) => tag(i % 2 === 0 ? 9 : 8, size))].flatMap(part => [...part]));
/** Where the stream may be cut: after each whole tag. */
const cuts = new Set(sizes.reduce<number[]>((ends, size) => [...ends, (ends.at(-1) ?? header.length) + 15 + size], []));

function feed(pieces: Iterable<Uint8Array>): Uint8Array {
  const tags = new TagAligner();
  const out: number[] = [];
  for (const piece of pieces) {
    const whole = tags.push(piece);
    if (whole === null) continue;
    for (const byte of whole) out.push(byte);
    assert.ok(cuts.has(out.length), `cut at ${out.length}`);
  }
  return Uint8Array.from(out);
}

test('The whole stream at once comes through as it is', () => {
  assert.deepEqual(feed([stream]), stream);
});

test('Byte by byte, only whole tags come out', () => {
  assert.deepEqual(feed(Array.from(stream.subarray(0, 400), byte => Uint8Array.of(byte))), stream.subarray(0, 379));
});

test('At every split, the same tags come out', () => {
  for (let at = 0; at <= 420; at++) assert.deepEqual(feed([stream.subarray(0, at), stream.subarray(at)]), stream);
});

test('A header without tags is held back', () => {
  assert.equal(new TagAligner().push(header), null);
});

test('What is not FLV is refused', () => {
  const page = new TextEncoder().encode('<!doctype html><title>no stream</title>');
  const oddHeader = Uint8Array.from(header);
  oddHeader[5] = 0x7f;
  for (const bytes of [page, oddHeader]) {
    const tags = new TagAligner();
    assert.equal(tags.push(bytes), null);
    assert.ok(tags.refused);
    assert.equal(tags.push(stream), null);
  }
});
