import { PageHead } from "../../parts/page-head.js";
import "./connections.css";

export function ConnectionsPage() {
  return <PageHead title="Connections" tab="Connections" />;
}
