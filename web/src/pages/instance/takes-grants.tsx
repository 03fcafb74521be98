import type { ReactNode } from "react";
import { type GetPermissionsResponse, PushPermission } from "../../../../gen/hub/v1/pushes_pb.js";
import { Said } from "../../parts/said.js";
import { When } from "../../parts/when.js";
import { UiLabel } from "../../parts/words.js";
import type { Labels } from "../../words/labels.js";
import { grantClicks, grantLabel } from "../../words/pieces.js";
import { Grant } from "./grant.js";
import { ThisHub } from "./this-hub.js";

interface TakesProps {
  readonly known: GetPermissionsResponse;
  readonly labels: Labels;
  readonly hubName: string;
}

interface SharedReposProps extends TakesProps {
  /** Repos of this hub that the machine shows. */
  readonly shared: readonly string[];
}

/** Whether it takes repos that the hub shares. A Backrest does not tell what it allows. */
export function SharedReposGrant(props: SharedReposProps) {
  const { known, shared, labels, hubName } = props;
  const came = shared.length > 0 && `${list(shared)} came from this hub. `;
  const label = grantLabel(labels, "receiveSharedRepos");
  if (known.sharedRepos === PushPermission.GRANTED)
    return (
      <Grant is="yes" title="Takes shared repos">
        {came || "As somebody recorded it here."}
      </Grant>
    );
  if (known.sharedRepos === PushPermission.NOT_GRANTED)
    return (
      <Grant is="no" title="Does not take shared repos">
        {came}
        <Refused known={known} /> To allow it, <AddThere {...props} />
      </Grant>
    );
  return (
    <Grant is="part" title="Whether it takes shared repos is not known">
      {came}A Backrest does not tell. Under <ThisHub labels={labels} hubName={hubName} /> it shows whether{" "}
      <UiLabel>{label}</UiLabel> is there. Until somebody records it here, no repo is sent.
    </Grant>
  );
}

/** Whether the hub may change its repos and plans. */
export function ChangesGrant({ known, labels, hubName }: TakesProps) {
  const { readWriteConfig } = labels.permissions;
  if (known.configuration === PushPermission.GRANTED)
    return (
      <Grant is="yes" title="Lets the hub change its configuration">
        As somebody recorded it here{scopesOf(known)}. The page changes nothing by itself.
      </Grant>
    );
  if (known.configuration === PushPermission.NOT_GRANTED)
    return (
      <Grant is="no" title="Does not let the hub change its configuration">
        <Refused known={known} /> Changes of plans are not sent. Nothing else needs this.
      </Grant>
    );
  return (
    <Grant is="part" title="Whether the hub may change its configuration is not known">
      A Backrest does not tell. Under <ThisHub labels={labels} hubName={hubName} /> it shows whether{" "}
      <UiLabel>{readWriteConfig}</UiLabel> is there. Until somebody records it here, no change is sent. Nothing else
      needs this.
    </Grant>
  );
}

function Refused({ known: { refusedAt, isRecorded } }: { readonly known: GetPermissionsResponse }): ReactNode {
  if (refusedAt !== undefined)
    return (
      <>
        It refused a change <When at={refusedAt} />.
      </>
    );
  return isRecorded ? "As somebody recorded it here." : "It does not even show its settings.";
}

function AddThere({ labels, hubName }: Pick<TakesProps, "labels" | "hubName">) {
  return (
    <>
      <Said pieces={grantClicks(labels, hubName, "receiveSharedRepos")} /> Then record it here.
    </>
  );
}

/** ", for repo:a and plan:b"; nothing where it is for all. */
function scopesOf({ recorded }: GetPermissionsResponse): string {
  const scopes = recorded.flatMap((each) => each.scopes).filter((scope) => scope !== "*");
  return scopes.length === 0 ? "" : `, for ${list(scopes)}`;
}

function list(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1) ?? ""}`;
}
