// A watcher of states that asks and then never reads: its window is the smallest that HTTP/2 has, and stays shut.
import { once } from "node:events";
import { connect } from "node:http2";
import { envelope } from "./load/h2.mjs";

/** GetPeerSyncStatesStreamRequest { subscribe: true } */
const SUBSCRIBE = Buffer.from([8, 1]);

/** Resolves when the host has begun to answer. */
export async function stalledWatcher({ url, token }) {
  const session = connect(url, { settings: { initialWindowSize: 1 } });
  session.on("error", () => {});
  const stream = session.request({
    ":method": "POST",
    ":path": "/v1sync.BackrestSyncStateService/GetPeerSyncStatesStream",
    "content-type": "application/connect+proto",
    "connect-protocol-version": "1",
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  });
  stream.on("error", () => {});
  stream.end(envelope(SUBSCRIBE));
  await Promise.race([once(stream, "response"), new Promise((resolve) => setTimeout(resolve, 500))]);
  return { close: () => session.destroy() };
}
