import type { Knock, Peer } from "../../../gen/hub/v1/peers_pb.js";
import { useNow } from "../live/now.js";
import { Mark } from "../parts/mark.js";
import { OwnKey } from "../parts/own-key.js";
import { When } from "../parts/when.js";
import { labelsOfKey } from "../words/labels.js";
import { Approve } from "./approve.js";
import { Claimed } from "../parts/claimed.js";
import { generationWords, sayKnock } from "../words/knocks.js";
import { oftenWords } from "../words/often.js";
import { Refuse } from "./refuse.js";
import "./knocks.css";

interface KnockEntryProps {
  readonly knock: Knock;
  readonly peers: readonly Peer[];
  readonly onApproved?: (instanceId: string) => void;
  readonly primary?: boolean;
}

/** Somebody who proved to hold a key and waits to be let in. */
export function KnockEntry({ knock, peers, onApproved, primary }: KnockEntryProps) {
  const { instanceId, keyid, remoteAddress, firstSeen, lastSeen, attempts } = knock;
  const { cause, approvable, replaces } = sayKnock(knock, peers);
  const nowMs = useNow();
  return (
    <li className="ref v-unknown">
      <Mark name="unknown" size={18} />
      <div>
        <div className="cause">
          <Claimed text={instanceId} />: {cause}
        </div>
        {approvable ? (
          <Compare keyid={keyid} replaces={replaces} />
        ) : (
          // It holds the name that the machine claims.
          <p className="cure claimed">{knock.message}</p>
        )}
        <dl className="keys">
          {replaces !== undefined && (
            <div>
              <dt>enrolled key</dt>
              <dd className="fp">{replaces.keyid}</dd>
            </div>
          )}
          <div>
            <dt>{replaces === undefined ? "key" : "its key"}</dt>
            <dd className="fp">{keyid}</dd>
          </div>
        </dl>
        <p className="meta">
          <span>{remoteAddress}</span>
          <span>{generationWords(keyid)}</span>
        </p>
      </div>
      <div className="when">
        {lastSeen !== undefined && <When at={lastSeen} />}
        <div className="dim xs">{oftenWords({ count: attempts, firstSeen }, nowMs)}</div>
      </div>
      <div className="extra actions">
        {approvable && <Approve knock={knock} replaces={replaces} onApproved={onApproved} primary={primary} />}
        <Refuse knock={knock} />
      </div>
    </li>
  );
}

/** Where a machine shows its own key. */
function Compare({ keyid, replaces }: { readonly keyid: string; readonly replaces: Peer | undefined }) {
  return (
    <p className="cure">
      Compare the key with <OwnKey labels={labelsOfKey(keyid)} /> on that machine.
      {replaces !== undefined &&
        " Re-installed or updated: the new key is its own, replace it. A copy: give it an instance ID and a key of its own."}
    </p>
  );
}
