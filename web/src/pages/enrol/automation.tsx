import type { CreatePairingTokenResponse, PairingToken } from "../../../../gen/hub/v1/pairing_pb.js";
import { UiLabel } from "../../parts/words.js";
import { clientConfig } from "./client-config.js";
import { CopyCode } from "./copy-box.js";
import { type Grants, tokenCommand, wishesOf } from "./wishes.js";

interface AutomationProps {
  readonly made: CreatePairingTokenResponse;
  readonly token: PairingToken;
  readonly grants: Grants;
  readonly address: string;
}

/** The same without a click: the piece of config.json, and the command that makes both. */
export function Automation({ made, token, grants, address }: AutomationProps) {
  const { instanceId, keyid, secret } = made;
  return (
    <details>
      <summary>For automation: ready JSON and the command</summary>
      <div className="stack opened">
        <p className="small muted">
          Merge it into the machine’s <code>config.json</code> while Backrest is stopped, or before its first start.
          Give each machine an <UiLabel>instance</UiLabel> of its own. Leave <code>sync.identity</code> out: Backrest
          makes its own key. The secret in it is the token’s.
          {grants.config && !grants.change && (
            <>
              {" "}
              Backrest’s screen shows the permission to read the configuration as an empty{" "}
              <UiLabel>Select permission type</UiLabel>: it holds all the same.
            </>
          )}
        </p>
        <CopyCode name="JSON" text={clientConfig({ instanceId, keyid, instanceUrl: address, secret }, grants)} />
        <p className="small muted">The command that makes such a token and this piece:</p>
        <CopyCode wrapped name="command" text={tokenCommand(wishesOf(token, grants), address)} />
      </div>
    </details>
  );
}
