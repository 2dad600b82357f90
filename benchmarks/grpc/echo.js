// gRPC as a row of ./bench rpc: unary calls that echo bytes. The bytes are passed as they are, without Protocol Buffers, which only helps gRPC.
//
//   node echo.js serve                                                          prints "listening PORT", ends with its standard input
//   node echo.js load PORT CONNECTIONS WINDOW SECONDS PAYLOAD_BYTES SERVER_PID  prints: messages N seconds S server_cpu S
"use strict";
const fs = require("node:fs");
const grpc = require("@grpc/grpc-js");

const asIs = (bytes) => bytes;
const service = {
  echo: {
    path: "/echo.Echo/Echo",
    requestStream: false,
    responseStream: false,
    requestSerialize: asIs,
    requestDeserialize: asIs,
    responseSerialize: asIs,
    responseDeserialize: asIs,
  },
};

// Processor time of a process in seconds: fields 14 and 15 of its stat, in hundredths, behind the name in brackets.
function cpuOf(pid) {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function serve() {
  const server = new grpc.Server();
  server.addService(service, { echo: (call, answer) => answer(null, call.request) });
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    console.log(`listening ${port}`);
  });
  process.stdin.on("end", () => process.exit(0)).resume();
}

function load(port, connections, window, seconds, bytes, pid) {
  const Client = grpc.makeGenericClientConstructor(service, "Echo");
  const payload = Buffer.alloc(bytes, "x");
  let messages = 0;
  let ended = false;
  for (let i = 0; i < connections; i++) {
    const client = new Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), { "grpc.use_local_subchannel_pool": 1 });
    const call = () =>
      client.echo(payload, (error, answer) => {
        if (ended) return;
        if (error || answer.length !== bytes) {
          console.error(error ?? "wrong bytes came back");
          process.exit(3);
        }
        messages++;
        call();
      });
    for (let j = 0; j < window; j++) call();
  }
  setTimeout(() => {
    const [before, cpu, begin] = [messages, cpuOf(pid), process.hrtime.bigint()];
    setTimeout(() => {
      ended = true;
      const time = Number(process.hrtime.bigint() - begin) / 1e9;
      console.log(`messages ${messages - before} seconds ${time.toFixed(3)} server_cpu ${(cpuOf(pid) - cpu).toFixed(2)}`);
      process.exit(0);
    }, seconds * 1000);
  }, 2000);
}

const [what, ...numbers] = process.argv.slice(2);
if (what === "serve") serve();
else load(...numbers.map(Number));
