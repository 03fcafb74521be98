import { useQuery } from "@connectrpc/connect-query";
import { Link } from "wouter";
import { PairingService, PairingTokenStatus } from "../../../../gen/hub/v1/pairing_pb.js";
import { When } from "../../parts/when.js";
import { Validity } from "./validity.js";

const MOST = 3;

/** Enrolments that were begun and wait for their machine: their address leads back. */
export function Running() {
  const { data } = useQuery(PairingService.method.listPairingTokens, {});
  const waiting = (data?.tokens ?? [])
    .filter(({ status, usedBy }) => status === PairingTokenStatus.GOOD && usedBy.length === 0)
    .slice(0, MOST);
  if (waiting.length === 0) return null;
  return (
    <ul className="note plain waiting-list" aria-label="Tokens that wait for their machine">
      {waiting.map((token) => (
        <li key={token.id.toString()} className="row">
          <span>
            {token.label === "" ? (
              `Token ${token.id}`
            ) : (
              <>
                “<bdi>{token.label}</bdi>”
              </>
            )}{" "}
            waits for its machine, made {token.createdAt !== undefined && <When at={token.createdAt} />}
          </span>
          <Validity token={token} />
          <Link href={`/enrol?token=${token.id}`}>Go on with it</Link>
        </li>
      ))}
    </ul>
  );
}
