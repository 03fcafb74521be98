// Calls of hub.v1.FleetService over HTTP/2, as a page or a program makes them.
import { once } from "node:events";
import { connect } from "node:http2";
import { envelope } from "./load/h2.mjs";

const CALLS = 7;

/** The median of several calls in milliseconds, and the size of the answer in bytes. */
export async function timeOf(host, rpc, request) {
  const times = [];
  let bytes = 0;
  for (let i = 0; i < CALLS; i++) {
    const began = performance.now();
    bytes = await call(host, rpc, request);
    times.push(performance.now() - began);
  }
  return { ms: times.toSorted((a, b) => a - b)[Math.floor(CALLS / 2)], bytes };
}

/** @returns the size of the answer */
async function call({ url, token }, rpc, request) {
  const response = await fetch(`${url}/hub.v1.FleetService/${rpc}`, {
    method: "POST",
    headers: { "content-type": "application/proto", "accept-encoding": "identity", authorization: `Bearer ${token}` },
    body: request,
  });
  if (!response.ok) throw new Error(`${rpc}: ${response.status} ${await response.text()}`);
  return (await response.arrayBuffer()).byteLength;
}

/** Watchers of the board that read; each on a connection of its own. */
export async function boardWatchers({ url, token }, count, rpc = "hub.v1.FleetService/WatchFleet") {
  let messages = 0;
  const sessions = await Promise.all(
    Array.from({ length: count }, async () => {
      const session = connect(url);
      session.on("error", () => {});
      const stream = session.request({
        ":method": "POST",
        ":path": `/${rpc}`,
        "content-type": "application/connect+proto",
        "connect-protocol-version": "1",
        authorization: `Bearer ${token}`,
      });
      stream.on("error", () => {});
      stream.on("data", () => {
        messages += 1;
      });
      stream.end(envelope(Buffer.alloc(0)));
      await once(stream, "response");
      return session;
    }),
  );
  return {
    messages: () => messages,
    close: () => {
      for (const session of sessions) session.destroy();
    },
  };
}
