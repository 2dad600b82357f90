// FFmpeg 8.1: ffmpeg8.mjs IN [OUT] [--paced] [--seconds N]
// Copies packets from IN to OUT, undecoded; without OUT it only reads. An rtmp:// address is written as FLV, a file as its name says.
//   --paced      at the pace of the timestamps, as an encoder sends
//   --seconds N  until N seconds of media are there; else to the end of IN
// Prints "TYPE CODEC HASH" for each track, HASH of its decoder configuration, and then "TYPE key|- HASH" for each packet, so that two
// sides can be compared byte for byte. What FFmpeg has to say goes to standard error.
import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import { avGetCodecName, Dictionary, FFmpegError, FormatContext, Packet } from 'node-av/lib';

const { values, positionals: [from, to] } = parseArgs({
  options: { paced: { type: 'boolean' }, seconds: { type: 'string' } },
  allowPositionals: true,
});
const seconds = values.seconds ? Number(values.seconds) : Infinity;
const check = (code, what) => {
  if (code < 0) throw new Error(`${what}: ${new FFmpegError(code).message}`);
};
const hash = (bytes) => createHash('sha256').update(bytes ?? '').digest('hex').slice(0, 16);
const types = ['video', 'audio']; // tracks of script data are left out
const lines = [];

const input = new FormatContext();
input.allocContext();
check(await input.openInput(from, null, null), `open ${from}`);
check(await input.findStreamInfo(), 'read the tracks');
const tracks = input.streams.map((stream) => ({
  base: stream.timeBase.num / stream.timeBase.den,
  timeBase: stream.timeBase,
  parameters: stream.codecpar,
  type: types[stream.codecpar.codecType],
}));
const media = tracks.filter((track) => track.type);
for (const track of media) {
  lines.push(`${track.type} ${avGetCodecName(track.parameters.codecId)} ${hash(track.parameters.extradata)}`);
}

const output = to ? new FormatContext() : null;
if (output) {
  check(output.allocOutputContext2(null, to.startsWith('rtmp') ? 'flv' : null, to), `make ${to}`);
  for (const track of media) {
    track.out = output.newStream(null);
    track.parameters.copy(track.out.codecpar);
    track.out.codecpar.codecTag = 0;
    track.out.timeBase = track.timeBase;
  }
  check(await output.openOutput(), `open ${to}`);
  // A stream has no beginning to go back to.
  const options = to.startsWith('rtmp') ? Dictionary.fromObject({ flvflags: 'no_duration_filesize' }) : null;
  check(await output.writeHeader(options), 'write the header');
}

const packet = new Packet();
packet.alloc();
const began = performance.now();
let first;
for (;;) {
  if (await input.readFrame(packet) < 0) break; // the end, or a connection that is over
  const track = tracks[packet.streamIndex];
  if (!track?.type) {
    packet.unref();
    continue;
  }

  const at = Number(packet.dts) * track.base;
  first ??= at;
  if (at - first > seconds) break;
  lines.push(`${track.type} ${packet.isKeyframe ? 'key' : '-'} ${hash(packet.data)}`);
  if (output) {
    const early = (at - first) * 1000 - (performance.now() - began);
    if (values.paced && early > 1) await new Promise((resolve) => setTimeout(resolve, early));
    packet.rescaleTs(track.timeBase, track.out.timeBase);
    packet.streamIndex = track.out.index;
    packet.pos = -1n;
    check(await output.interleavedWriteFrame(packet), 'write');
  } else {
    packet.unref();
  }
}

if (output) {
  check(await output.writeTrailer(), 'write the trailer');
  await output.closeOutput();
}
process.stdout.write(lines.join('\n') + '\n', () => process.exit(0));
