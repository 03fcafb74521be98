import { PageHead } from "../../parts/page-head.js";
import "./settings.css";

export function SettingsPage({ part }: { readonly part: string | undefined }) {
  return <PageHead title={part ?? "Settings"} tab="Settings" />;
}
