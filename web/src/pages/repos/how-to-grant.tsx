import { PeerGeneration } from "../../../../gen/hub/v1/peers_pb.js";
import { UiLabel, UiPath } from "../../parts/words.js";
import { labelsOf, permissionPath } from "../../words/labels.js";

interface HowToGrantProps {
  readonly generations: ReadonlySet<PeerGeneration>;
  readonly hub: string;
  readonly repoId: string;
}

/** What is to be set on a machine so that it takes a shared repo: in Backrest's own words. */
export function HowToGrant({ generations, hub, repoId }: HowToGrantProps) {
  const current = labelsOf(undefined);
  return (
    <div className="note plain">
      <svg width="1.125rem" height="1.125rem" aria-hidden="true">
        <use href="#i-key" />
      </svg>
      <div className="stack-2">
        <b>Only the machine itself can allow it.</b>
        {generations.has(PeerGeneration.CURRENT) && (
          <span>
            Backrest 1.13 and newer: <UiPath path={permissionPath(current, hub) ?? ""} />, type{" "}
            <UiLabel>{current.permissions.receiveSharedRepos}</UiLabel> (pairing puts it there), then{" "}
            <UiLabel>{current.buttons.save}</UiLabel>.
          </span>
        )}
        {generations.has(PeerGeneration.SEED) && (
          <span>
            Backrest 1.11 and 1.12: in <code>config.json</code>, at this hub under <code>knownHosts</code>, the
            permission <code>PERMISSION_READ_WRITE_CONFIG</code> with the scope <code>repo:{repoId}</code>.
          </span>
        )}
      </div>
    </div>
  );
}
