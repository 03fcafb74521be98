import { timestampMs } from "@bufbuild/protobuf/wkt";
import { type PairingToken, PairingTokenStatus } from "../../../../gen/hub/v1/pairing_pb.js";
import { useNow } from "../../live/now.js";
import { span } from "../../words/times.js";

/** How long a token is good for. */
export function Validity({ token }: { readonly token: PairingToken }) {
  const nowMs = useNow();
  const { status, expiresAt } = token;
  if (status === PairingTokenStatus.USED_UP) return <span className="chip">used up</span>;
  if (expiresAt === undefined) return <span className="chip">valid for ever</span>;
  const leftMs = timestampMs(expiresAt) - nowMs;
  return <span className="chip">{leftMs <= 0 ? "expired" : `valid for ${span(leftMs)}`}</span>;
}

/** Whether a token is over, by the hub's clock. */
export function isOver(token: PairingToken, nowMs: number): boolean {
  const { status, expiresAt } = token;
  return status !== PairingTokenStatus.GOOD || (expiresAt !== undefined && timestampMs(expiresAt) <= nowMs);
}
