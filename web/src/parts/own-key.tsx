import type { Labels } from "../words/labels.js";
import { UiPath } from "./words.js";

/** Where a machine shows its own key: not on the screen that shows its whole configuration, for that has secrets in it. */
export function OwnKey({ labels: { identity, identityKey } }: { readonly labels: Labels }) {
  if (identityKey === undefined) return <UiPath path={identity} />;
  return (
    <>
      <code>{identityKey}</code> under <UiPath path={identity} />
    </>
  );
}
