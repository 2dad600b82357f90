import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mediaUrl, parseQuery, parseStreamName, streamNameCharactersMax, watchQuery, watchUrl } from '../src/urls.ts';

test('A stream name loses spaces and slashes around it', () => {
  assert.equal(parseStreamName(' /live/demo/ '), 'live/demo');
});

test('A name that is no path below the root is refused', () => {
  for (const name of [null, '', '  ', '/', 'live//demo', 'live/../admin', '.', 'a/./b', 'x'.repeat(streamNameCharactersMax + 1)]) {
    assert.equal(parseStreamName(name), null, String(name));
  }
});

test('The query names stream and transport', () => {
  assert.deepEqual(parseQuery('?stream=live/demo&via=ws'), { stream: 'live/demo', transport: 'ws', list: false });
  assert.deepEqual(parseQuery('?stream=live%2Fdemo'), { stream: 'live/demo', transport: 'http', list: false });
  assert.deepEqual(parseQuery('?via=carrier-pigeon'), { stream: null, transport: 'http', list: false });
});

test('Media lies beside the page, whatever the page is called', () => {
  assert.equal(mediaUrl('http://host:8080/', 'live/demo', 'http'), 'http://host:8080/live/demo.flv');
  assert.equal(mediaUrl('http://host:8080/index.html?stream=a', 'live/demo', 'http'), 'http://host:8080/live/demo.flv');
  assert.equal(mediaUrl('https://host/video/?x=1#y', 'live/demo', 'http'), 'https://host/video/live/demo.flv');
});

test('WebSocket is encrypted exactly when the page is', () => {
  assert.equal(mediaUrl('http://host/', 'a/b', 'ws'), 'ws://host/a/b.flv');
  assert.equal(mediaUrl('https://host/', 'a/b', 'ws'), 'wss://host/a/b.flv');
});

test('A name cannot break out of its path', () => {
  assert.equal(mediaUrl('http://host/', 'live/a?b#c %', 'http'), 'http://host/live/a%3Fb%23c%20%25.flv');
});

test('A name cannot be taken for another origin', () => {
  assert.equal(mediaUrl('http://host/', 'javascript:alert(1)', 'http'), 'http://host/javascript%3Aalert(1).flv');
});

test('A watch link comes back as the same stream', () => {
  for (const name of ['live/demo', 'live/a&b=c', 'live/ü ?#%']) {
    assert.deepEqual(parseQuery(watchQuery(name, 'ws')), { stream: name, transport: 'ws', list: false });
  }
});

test('The status page links to the viewers port of its own host', () => {
  assert.equal(watchUrl('http://127.0.0.1:8081/', 'live/demo', 8080), 'http://127.0.0.1:8080/?stream=live/demo');
  assert.equal(watchUrl('http://[::1]:8081/', 'live/demo', 9000), 'http://[::1]:9000/?stream=live/demo');
});
