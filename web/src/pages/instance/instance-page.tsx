import { PageHead } from "../../parts/page-head.js";
import "./instance.css";

export function InstancePage({ instanceId }: { readonly instanceId: string }) {
  return <PageHead title={instanceId} tab={instanceId} />;
}
