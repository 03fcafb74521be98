import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { findChromium } from "./chromium.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** Findings of less weight are advice. */
const SERIOUS = ["serious", "critical"];

export interface BoardOptions {
  /** Where the page is served: a hub's own address, or a proxy's with its path. */
  readonly url: string;
  readonly user?: string;
  readonly password?: string;
  readonly theme?: "light" | "dark";
  readonly width?: number;
  readonly height?: number;
  readonly locale?: string;
  readonly timeZone?: string;
}

/** The web page of a hub in a Chromium, and everything that should not have happened in it. */
export class Board {
  /** Errors of the console and of scripts, and requests to other origins or outside of the path of a proxy. */
  readonly problems: string[] = [];
  readonly #url: URL;

  private constructor(
    url: URL,
    readonly context: BrowserContext,
    readonly page: Page,
  ) {
    this.#url = url;
  }

  /** Opens the page; with a user, signed in. */
  static async open(browser: Browser, options: BoardOptions): Promise<Board> {
    const { url, user, password = "", theme = "light", width = 1280, height = 900, locale = "en-GB" } = options;
    const context = await browser.newContext({
      colorScheme: theme,
      viewport: { width, height },
      locale,
      timezoneId: options.timeZone ?? "Europe/Vienna",
      reducedMotion: "reduce",
      ignoreHTTPSErrors: true,
    });
    const board = new Board(new URL(url.endsWith("/") ? url : `${url}/`), context, await context.newPage());
    // Before a test's own time is over, so that it says what it waited for.
    board.page.setDefaultTimeout(10_000);
    board.#watch();
    await board.page.goto(board.at("/"));
    if (user !== undefined) await board.signIn(user, password);
    return board;
  }

  /** The whole address of a page, as "/history". */
  at(path: string): string {
    return new URL(`.${path}`, this.#url).href;
  }

  async goto(path: string): Promise<void> {
    await this.page.goto(this.at(path));
  }

  async signIn(user: string, password: string): Promise<void> {
    await this.page.fill("input[name=username]", user);
    await this.page.fill("input[name=password]", password);
    await this.page.click("button[type=submit]");
    await this.page.waitForSelector("header.topbar");
  }

  /** Another tab of the same browser. */
  async newTab(path: string): Promise<Page> {
    const page = await this.context.newPage();
    await page.goto(this.at(path));
    return page;
  }

  /** What axe-core finds of weight, a line each. */
  async accessibilityProblems(): Promise<string[]> {
    // The page's own policy lets no script in but its own; the debugger is asked to put this one there.
    const debug = await this.context.newCDPSession(this.page);
    await debug.send("Runtime.evaluate", { expression: AXE });
    await debug.detach();
    const found = await this.page.evaluate<AxeFinding[]>(
      "axe.run().then(({ violations }) => violations.map(({ id, impact, nodes }) => ({ id, impact, where: nodes.map(({ target }) => target.join(' ')) })))",
    );
    return found
      .filter(({ impact }) => SERIOUS.includes(impact))
      .map(({ id, impact, where }) => `${impact} ${id}: ${where.slice(0, 3).join(" | ")}`);
  }

  /** By how many pixels the page is wider than its window. */
  sidewaysPixels(): Promise<number> {
    return this.page.evaluate<number>("Math.max(0, document.documentElement.scrollWidth - innerWidth)");
  }

  close(): Promise<void> {
    return this.context.close();
  }

  #watch(): void {
    this.page.on("console", (message) => {
      if (message.type() === "error") this.problems.push(`console: ${message.text()} (${message.location().url})`);
    });
    this.page.on("pageerror", (error) => this.problems.push(`script: ${error.message}`));
    this.context.on("request", (request) => {
      if (!request.url().startsWith(this.#url.href)) this.problems.push(`not the hub's: ${request.url()}`);
    });
  }
}

interface AxeFinding {
  readonly id: string;
  readonly impact: string;
  readonly where: readonly string[];
}

/** A Chromium; who starts it closes it. */
export function startChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error("there is no Chromium");
  // Its sandbox needs rights that containers and CI seldom have; only the hub's own page runs in it.
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}
