import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Backoff } from '../src/backoff.ts';
import { LiveChase, videoChase } from '../src/chase.ts';
import { Rate } from '../src/rate.ts';

test('Backoff doubles up to its limit and starts anew after success', () => {
  const backoff = new Backoff(100, 1000, () => 0.5);
  assert.deepEqual([1, 2, 3, 4, 5, 6].map(() => backoff.next()), [100, 200, 400, 800, 1000, 1000]);
  backoff.reset();
  assert.equal(backoff.next(), 100);
});

test('Backoff spreads viewers by a quarter each way', () => {
  assert.equal(new Backoff(1000, 1000, () => 0).next(), 750);
  assert.equal(new Backoff(1000, 1000, () => 1).next(), 1250);
});

test('At its target distance the player runs at normal speed', () => {
  assert.deepEqual(new LiveChase().step(videoChase.targetMin, 0), { rate: 1, jumpTo: null });
});

test('Small excess is played off faster until the target is met, without flipping in between', () => {
  const chase = new LiveChase();
  let distance = 1.4;
  let seconds = 0;
  let changes = 0;
  let before = 1;
  for (; seconds < 30; seconds += 0.2) {
    const { rate, jumpTo } = chase.step(distance, seconds);
    assert.equal(jumpTo, null);
    assert.ok(rate >= 1 && rate <= 1.15, `rate ${rate}`);
    if ((rate === 1) !== (before === 1)) changes += 1;
    before = rate;
    distance -= (rate - 1) * 0.2;
  }
  assert.ok(Math.abs(distance - chase.target) < 0.05, `distance ${distance}`);
  assert.equal(changes, 2);
});

test('Large excess is jumped over', () => {
  const chase = new LiveChase();
  assert.deepEqual(chase.step(chase.target + videoChase.excessMax + 0.1, 0), { rate: 1, jumpTo: chase.target });
});

test('What is nearly dry is stretched', () => {
  const { rate } = new LiveChase().step(0.1, 0);
  assert.ok(rate < 1 && rate > 0.9);
});

test('Stalls widen the distance up to a limit and calm narrows it again', () => {
  const chase = new LiveChase();
  for (let i = 0; i < 20; i++) chase.stalled(i);
  assert.equal(chase.target, videoChase.targetMax);
  for (let seconds = 20; seconds < 400; seconds += 0.2) chase.step(chase.target, seconds);
  assert.equal(chase.target, videoChase.targetMin);
});

test('A rate is unknown at first, then that of the last window', () => {
  const rate = new Rate(2000);
  rate.add(100, 0);
  assert.equal(rate.perSecond(100), null);
  for (let ms = 100; ms <= 10_000; ms += 100) rate.add(ms <= 5000 ? 100 : 10, ms);
  assert.equal(Math.round(rate.perSecond(10_000) ?? 0), 100);
});

test('A rate falls to zero when nothing comes', () => {
  const rate = new Rate(1000);
  for (let ms = 0; ms <= 1000; ms += 100) rate.add(50, ms);
  assert.equal(rate.perSecond(5000), 0);
});

test('A total that begins again begins a new rate', () => {
  const rate = new Rate(1000);
  rate.sample(500, 0);
  rate.sample(520, 1000);
  rate.sample(3, 1100);
  assert.equal(rate.perSecond(1200), null);
});
