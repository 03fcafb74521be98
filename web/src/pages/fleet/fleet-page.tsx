import { PageHead } from "../../parts/page-head.js";
import "./fleet.css";

export function FleetPage() {
  return <PageHead title="Fleet" tab="Fleet" />;
}
