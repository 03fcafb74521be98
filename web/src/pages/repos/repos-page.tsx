import { PageHead } from "../../parts/page-head.js";
import "./repos.css";

export function ReposPage({ repoId }: { readonly repoId: string | undefined }) {
  return <PageHead title={repoId ?? "Shared repos"} tab="Shared repos" />;
}
