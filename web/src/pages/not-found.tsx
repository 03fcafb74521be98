import { Link } from "wouter";
import { PageHead } from "../parts/page-head.js";

export function NotFound() {
  return (
    <PageHead
      title="There is no such page"
      tab="Not found"
      lead={
        <>
          The address may be old. Everything is reachable from the <Link href="/">fleet</Link>.
        </>
      }
    />
  );
}
