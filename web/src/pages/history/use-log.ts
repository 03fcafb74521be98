import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { useTransport } from "@connectrpc/connect-query";
import { useQuery } from "@tanstack/react-query";
import { Backrest } from "../../../../gen/v1/service_pb.js";
import { MOST_BYTES } from "./log-text.js";

/** The hub itself waits for a machine for a minute. */
const TIMEOUT_MS = 75_000;

/** The text of a log, by the hub's name of it; stopped when nobody looks any more. */
export function useLog(ref: string, wanted: boolean) {
  const transport = useTransport();
  return useQuery({
    queryKey: ["log", ref],
    enabled: wanted,
    retry: false,
    queryFn: async ({ signal }) => {
      const stop = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
      const decoder = new TextDecoder();
      let text = "";
      let bytes = 0;
      try {
        for await (const { value } of createClient(Backrest, transport).getLogs({ ref }, { signal: stop })) {
          text += decoder.decode(value, { stream: true });
          bytes += value.byteLength;
          if (bytes > MOST_BYTES) break;
        }
      } catch (reason) {
        if (signal.aborted || ConnectError.from(reason).code !== Code.Canceled) throw reason;
        throw new ConnectError("the hub did not send the log in time", Code.DeadlineExceeded);
      }
      return text + decoder.decode();
    },
  });
}
