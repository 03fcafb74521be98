import { PageHead } from "../../parts/page-head.js";
import "./history.css";

export function HistoryPage() {
  return <PageHead title="History" tab="History" />;
}
