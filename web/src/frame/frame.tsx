import { type ReactNode, useEffect, useRef } from "react";
import { Link, useLocation } from "wouter";
import { useLivePart } from "../live/live.js";
import { Icon } from "../parts/icon.js";
import { many } from "../words/sizes.js";
import { useCaller } from "../session/session.js";
import { AccountMenu } from "./account-menu.js";
import { Finder } from "./finder.js";
import { LinkBanner } from "./link-banner.js";
import { LiveSign } from "./live-sign.js";
import { MoreMenu } from "./more-menu.js";
import { isAt, PAGES, type PageEntry } from "./pages.js";
import { PageKeys } from "./page-keys.js";
import { ThemeButton } from "./theme-button.js";

/** What stands around every page. */
export function Frame({ children }: { readonly children: ReactNode }) {
  const [location] = useLocation();
  const main = useRef<HTMLElement>(null);
  const shown = useRef(location);
  useEffect(() => {
    // A new page is read from its top; who came by a link stays where a reader of the screen expects it.
    if (shown.current === location) return;
    shown.current = location;
    scrollTo({ top: 0 });
    main.current?.focus({ preventScroll: true });
  }, [location]);
  const caller = useCaller();
  return (
    <>
      <a className="skip" href="#main" onClick={(event) => skip(event, main.current)}>
        Skip to content
      </a>
      <header className="topbar">
        <Link className="brand" href="/" aria-label="Backrest Hub, fleet">
          <Icon name="hub" size={22} />
          <span>Backrest Hub</span>
        </Link>
        <nav className="nav" aria-label="Main">
          {PAGES.map((page) => (
            <PageLink key={page.path} page={page} current={isAt(location, page)} />
          ))}
        </nav>
        <span className="grow" />
        <Finder />
        <LiveSign />
        <ThemeButton />
        <AccountMenu caller={caller} />
      </header>
      <LinkBanner />
      <PageKeys />
      <main id="main" ref={main} tabIndex={-1}>
        {children}
      </main>
      <nav className="tabbar" aria-label="Pages">
        {PAGES.filter(({ onPhone }) => onPhone).map((page) => (
          <PageLink key={page.path} page={page} current={isAt(location, page)} withIcon />
        ))}
        <MoreMenu caller={caller} />
      </nav>
    </>
  );
}

/** The address belongs to the page that is shown: a skip does not change it. */
function skip(event: { preventDefault(): void }, main: HTMLElement | null): void {
  event.preventDefault();
  main?.focus();
}

function PageLink({ page, current, withIcon = false }: PageLinkProps) {
  return (
    <Link href={page.path} aria-current={current ? "page" : undefined}>
      {withIcon && <Icon name={page.icon} size={20} />}
      {page.name}
      {page.path === "/" && <AttentionCount />}
      {page.path === "/connections" && <RefusedCount />}
    </Link>
  );
}

interface PageLinkProps {
  readonly page: PageEntry;
  readonly current: boolean;
  readonly withIcon?: boolean;
}

function AttentionCount() {
  const n = useLivePart(({ summary }) => summary?.needAttention ?? 0);
  if (n === 0) return null;
  return (
    <span className="count count-bad">
      {n}
      <span className="sr">{` ${n === 1 ? "machine needs" : "machines need"} attention`}</span>
    </span>
  );
}

function RefusedCount() {
  const n = useLivePart(({ refused }) => [...refused.values()].filter((one) => !one.settled).length);
  if (n === 0) return null;
  return (
    <span className="count">
      {n}
      <span className="sr">{` ${many(n, "refused connection")}`}</span>
    </span>
  );
}
