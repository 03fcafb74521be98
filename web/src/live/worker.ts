import type { FromPage, ToPage } from "./messages.js";
import { BoardStream } from "./stream.js";

const ports = new Set<MessagePort>();
let stream: BoardStream | undefined;

function tellAll(message: ToPage): void {
  for (const port of ports) port.postMessage(message);
}

function take(port: MessagePort, message: FromPage): void {
  switch (message.type) {
    case "hello":
      ports.add(port);
      stream ??= new BoardStream(new URL(message.root), tellAll);
      port.postMessage({ type: "state", state: stream.state } satisfies ToPage);
      return stream.start();
    case "retry":
      return stream?.retry();
    case "bye":
      ports.delete(port);
      if (ports.size === 0) stream?.stop();
  }
}

/** One worker for all pages of the hub, however many tabs show it. */
Object.assign(globalThis, {
  onconnect: ({ ports: [port] }: MessageEvent) => {
    if (port === undefined) return;
    port.addEventListener("message", ({ data }: MessageEvent<FromPage>) => take(port, data));
    port.start();
  },
});
