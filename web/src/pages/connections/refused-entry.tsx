import type { ReactNode } from "react";
import { Link } from "wouter";
import type { RefusedConnection } from "../../../../gen/hub/v1/connections_pb.js";
import { useNow } from "../../live/now.js";
import { Mark } from "../../parts/mark.js";
import { When } from "../../parts/when.js";
import { Words } from "../../parts/words.js";
import { sayRefusal } from "../../words/refusals.js";
import { Claimed } from "../../parts/claimed.js";
import { oftenWords } from "../../words/often.js";

interface RefusedEntryProps {
  readonly entry: RefusedConnection;
  /** The hub's own, for a cure that names it. */
  readonly address: string;
  readonly actions?: ReactNode;
}

/** A connection that was refused or ended badly: who, why, and what helps. */
export function RefusedEntry({ entry, address, actions }: RefusedEntryProps) {
  const { who, cause, cure, mark, help, plain = false } = sayRefusal(entry, address);
  return (
    <li className={`ref v-${mark}`}>
      <Mark name={mark} size={18} />
      <div>
        <div className="cause">
          <Claimed text={who} />: {cause}
        </div>
        <p className="cure">{plain ? cure : <Words text={cure} />}</p>
        <Facts entry={entry} />
      </div>
      <div className="when">
        {entry.lastSeen !== undefined && <When at={entry.lastSeen} />}
        <Often entry={entry} />
        {actions}
      </div>
      {help === "token" && (
        <div className="extra actions">
          <Link className="btn" href="/enrol">
            Make a pairing token
          </Link>
        </div>
      )}
    </li>
  );
}

function Often({ entry }: { readonly entry: RefusedConnection }) {
  return <div className="dim xs">{oftenWords(entry, useNow())}</div>;
}

/** What it claims of itself, and what it was told. */
function Facts({ entry }: { readonly entry: RefusedConnection }) {
  const { remoteAddress, keyid, clientVersion, userAgent, message, instanceId } = entry;
  return (
    <>
      <p className="meta">
        {instanceId !== "" && <span>{remoteAddress}</span>}
        {clientVersion !== "" && <span>{clientVersion}</span>}
        {clientVersion === "" && userAgent !== "" && <Claimed text={userAgent} />}
        {keyid === "" ? (
          <span>before any key was seen</span>
        ) : (
          <span className="wrap-any">
            key <span className="fp">{keyid}</span>
          </span>
        )}
      </p>
      {message !== "" && (
        <details className="told">
          <summary>What the hub said</summary>
          <p className="wrap-any">{message}</p>
        </details>
      )}
    </>
  );
}
