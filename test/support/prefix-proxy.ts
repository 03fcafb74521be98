import { once } from "node:events";
import { createServer, request } from "node:http";
import { buffer } from "node:stream/consumers";

/**
 * A proxy that serves a hub under a path and takes the path away, as operators set up nginx and Caddy. As nginx does, it
 * holds an answer back until it is whole, unless the hub asks it not to.
 */
export async function prefixProxy(
  hubUrl: string,
  prefix: string,
  onPath: (path: string) => void = () => {},
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const hub = new URL(hubUrl);
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url ?? "";
    if (!path.startsWith(`${prefix}/`)) return void outgoing.writeHead(404).end();
    onPath(path.slice(prefix.length));
    const forwarded = request(
      {
        host: hub.hostname,
        port: hub.port,
        method: incoming.method,
        path: path.slice(prefix.length),
        headers: incoming.headers,
      },
      (answer) => {
        const { "x-accel-buffering": buffering, ...headers } = answer.headers;
        answer.on("error", () => outgoing.destroy());
        outgoing.writeHead(answer.statusCode ?? 502, headers);
        if (buffering === "no") answer.pipe(outgoing);
        else
          void buffer(answer).then(
            (whole) => outgoing.end(whole),
            () => outgoing.destroy(),
          );
      },
    );
    forwarded.on("error", () => outgoing.destroy());
    outgoing.on("close", () => forwarded.destroy());
    incoming.pipe(forwarded);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  return {
    url: `http://127.0.0.1:${address.port}${prefix}/`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
