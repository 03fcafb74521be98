import type { GetIdentityResponse } from "../../../../gen/hub/v1/hub_pb.js";
import { Mark } from "../../parts/mark.js";
import type { Labels } from "../../words/labels.js";
import { AddressField } from "./address-field.js";
import { clientConfig } from "./client-config.js";
import { CopyBox, CopyCode } from "./copy-box.js";
import { knockSteps } from "./screen-steps.js";
import { Step } from "./step.js";
import { StepsList } from "./steps-list.js";
import { VersionSelect } from "./version-select.js";
import type { Grants } from "./wishes.js";

interface HubStepProps {
  readonly identity: GetIdentityResponse | undefined;
  readonly grants: Grants;
  readonly labels: Labels;
  readonly onVersion: (version: string) => void;
  readonly address: string;
  readonly onAddress: (address: string) => void;
  readonly done: boolean;
}

/** How a machine is told of this hub without a token. */
export function HubStep({ identity, grants, labels, onVersion, address, onAddress, done }: HubStepProps) {
  if (done) return <Step n={2} state="done" title="Tell it of this hub" note={labels.name} />;
  const keyId = (labels.joins === "token" ? identity?.ed25519Keyid : identity?.ecdsaKeyid) ?? "";
  const hub = identity?.instanceId ?? "";
  const addressField = <AddressField address={address} onChange={onAddress} labels={labels} />;
  return (
    <Step n={2} state="now" title="Tell it of this hub" end={<VersionSelect labels={labels} onChange={onVersion} />}>
      {labels.knownHosts !== undefined ? (
        <StepsList
          steps={knockSteps(labels, grants)}
          copies={{
            token: null,
            address: addressField,
            instanceId: <CopyBox text={hub} label="Copy ID" />,
            keyId: <CopyBox text={keyId} label="Copy key ID" />,
          }}
        />
      ) : (
        <>
          <div className="note v-late">
            <Mark name="warning" size={18} />
            <div>
              <b>These versions know no pairing tokens and do not encrypt.</b> The hub takes them from its own machine
              and from networks that are named to it (<code>--allow-clear-text-peers</code>). Better: update Backrest
              first.
            </div>
          </div>
          <ol className="do-list">
            <li>
              <div>
                On the machine, stop Backrest: it writes its <code>config.json</code> itself. The file is{" "}
                <code>~/.config/backrest/config.json</code>, of a service often{" "}
                <code>/root/.config/backrest/config.json</code>, in Docker in what is mounted as <code>/config</code>.
              </div>
            </li>
            <li>
              <div className="stack-2">
                <div>The address of this hub, as that machine reaches it:</div>
                {addressField}
              </div>
            </li>
            <li>
              <div className="stack-2">
                <div>
                  Merge this into the file. <code>instance</code> must be set in it, and different for every machine;
                  leave <code>sync.identity</code> alone.
                </div>
                <CopyCode
                  name="JSON"
                  text={clientConfig({ instanceId: hub, keyid: keyId, instanceUrl: address }, grants)}
                />
              </div>
            </li>
            <li>
              <div>Start Backrest again. The machine knocks here, and you let it in.</div>
            </li>
          </ol>
        </>
      )}
    </Step>
  );
}
