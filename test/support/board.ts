import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, BrowserContext, Cookie, Page } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** Findings of less weight are advice. */
const SERIOUS = ["serious", "critical"];

export interface BoardOptions {
  /** Where the page is served: a hub's own address, or a proxy's with its path. */
  readonly url: string;
  /** The page that is opened first, as "/history". */
  readonly path?: string;
  /** Of who is signed in already. */
  readonly cookies?: readonly Cookie[];
  readonly theme?: "light" | "dark";
  readonly width?: number;
  readonly height?: number;
  readonly locale?: string;
  readonly timeZone?: string;
  /** What runs in every page before the page's own scripts. */
  readonly script?: string;
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

  /** Opens the page; with cookies it is there when somebody is signed in. */
  static async open(browser: Browser, options: BoardOptions): Promise<Board> {
    const { url, path = "/", cookies = [], script } = options;
    const { theme = "light", width = 1280, height = 900, locale = "en-GB" } = options;
    const context = await browser.newContext({
      colorScheme: theme,
      viewport: { width, height },
      locale,
      timezoneId: options.timeZone ?? "Europe/Vienna",
      reducedMotion: "reduce",
      ignoreHTTPSErrors: true,
    });
    if (script !== undefined) await context.addInitScript(script);
    const board = new Board(new URL(url.endsWith("/") ? url : `${url}/`), context, await context.newPage());
    // Before a test's own time is over, so that it says what it waited for.
    board.page.setDefaultTimeout(10_000);
    board.#watch();
    await context.addCookies([...cookies]);
    await board.goto(path);
    if (cookies.length > 0) await board.page.waitForSelector("header.topbar");
    return board;
  }

  /** The whole address of a page, as "/history". */
  at(path: string): string {
    return new URL(`.${path}`, this.#url).href;
  }

  async goto(path: string): Promise<void> {
    await this.page.goto(this.at(path));
  }

  /** For another test: with nothing pointed at, and nothing that has gone wrong. */
  async startAnew(path: string, cookies: readonly Cookie[]): Promise<void> {
    this.problems.length = 0;
    await this.context.addCookies([...cookies]);
    await this.page.mouse.move(0, 0);
    await this.goto(path);
    await this.page.waitForSelector("header.topbar");
  }

  /** Fills in the form that the page shows. */
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
