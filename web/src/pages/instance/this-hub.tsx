import { UiPath } from "../../parts/words.js";
import type { Labels } from "../../words/labels.js";

interface ThisHubProps {
  readonly labels: Labels;
  readonly hubName: string;
}

/** Where a machine has its settings for this hub. */
export function ThisHub({ labels: { knownHosts }, hubName }: ThisHubProps) {
  if (knownHosts !== undefined) return <UiPath path={`${knownHosts} › ${hubName}`} />;
  return (
    <>
      this hub’s entry in <code>config.json</code>
    </>
  );
}
