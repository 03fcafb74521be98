import { PageHead } from "../../parts/page-head.js";
import "./enrol.css";

export function EnrolPage() {
  return <PageHead title="Enrol" tab="Enrol" />;
}
