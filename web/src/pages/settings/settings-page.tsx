import { Link } from "wouter";
import { PageHead } from "../../parts/page-head.js";
import { AboutHub } from "./about-hub.js";
import { AuditLog } from "./audit-log.js";
import { PairingTokens } from "./pairing-tokens.js";
import { People } from "./people.js";
import { AccessTokens } from "./access-tokens.js";
import { You } from "./you.js";
import "./settings.css";

const PARTS = [
  { id: "you", name: "You", Part: You },
  { id: "people", name: "People", Part: People },
  { id: "tokens", name: "Access tokens", Part: AccessTokens },
  { id: "pairing", name: "Pairing tokens", Part: PairingTokens },
  { id: "audit", name: "Audit log", Part: AuditLog },
  { id: "about", name: "About", Part: AboutHub },
] as const;

export function SettingsPage({ part }: { readonly part: string | undefined }) {
  const { id: shown, name, Part } = PARTS.find(({ id }) => id === part) ?? PARTS[0];
  return (
    <>
      <PageHead title="Settings" tab={`${name} · Settings`} />
      <div className="settings">
        <nav className="subnav" aria-label="Settings">
          {PARTS.map(({ id, name: label }) => (
            <Link key={id} href={`/settings/${id}`} aria-current={id === shown ? "page" : undefined}>
              {label}
            </Link>
          ))}
        </nav>
        <div className="stack sets">
          <Part />
        </div>
      </div>
    </>
  );
}
