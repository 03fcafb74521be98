import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

/** A file of the web page as it is sent. */
export interface BoardFile {
  readonly contentType: string;
  /** Named by its content: it never changes. */
  readonly immutable: boolean;
  readonly etag: string;
  /** By content coding; `identity` is always there. */
  readonly bodies: ReadonlyMap<Coding, () => Promise<Uint8Array>>;
}

export type Coding = "br" | "gzip" | "identity";

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
};
const SUFFIXES: readonly [Coding, string][] = [
  ["br", ".br"],
  ["gzip", ".gz"],
];
const DOCUMENT = "index.html";
/** No page has an address with more steps. */
const MAX_STEPS = 3;

/**
 * The built web page in a folder. Files were compressed when they were built, are read when they are first asked for and
 * kept from then on: whoever reads slowly holds no copy of their own, and a page that is open outlives its folder. The
 * document is there once for each number of steps that an address may have.
 */
export class BoardFiles {
  readonly #files: ReadonlyMap<string, BoardFile>;
  readonly #documents: readonly BoardFile[];

  private constructor(files: ReadonlyMap<string, BoardFile>, documents: readonly BoardFile[]) {
    this.#files = files;
    this.#documents = documents;
  }

  /** Undefined when the page was not built into that folder. */
  static async open(folder: string): Promise<BoardFiles | undefined> {
    const html = await readFile(join(folder, DOCUMENT), "utf8").catch(() => undefined);
    if (html === undefined) return undefined;
    const names = (await readdir(folder, { recursive: true })).map((name) => name.replaceAll("\\", "/"));
    const files = new Map<string, BoardFile>();
    for (const name of names) {
      const contentType = TYPES[extname(name)];
      if (contentType === undefined || name === DOCUMENT) continue;
      files.set(`/${name}`, {
        contentType,
        immutable: name.startsWith("assets/"),
        etag: etagOf(name.startsWith("assets/") ? name : await readFile(join(folder, name))),
        bodies: bodiesOf(folder, name, new Set(names)),
      });
    }
    return new BoardFiles(
      files,
      Array.from({ length: MAX_STEPS + 1 }, (_, steps) => documentAt(html, steps)),
    );
  }

  /** By path, as "/assets/index-abc.js". */
  file(path: string): BoardFile | undefined {
    return this.#files.get(path);
  }

  /** The document for a page's address: it names all else relative to where it is. */
  document(path: string): BoardFile | undefined {
    return this.#documents[path.split("/").length - 2];
  }
}

function bodiesOf(folder: string, name: string, present: ReadonlySet<string>): BoardFile["bodies"] {
  const bodies = new Map<Coding, () => Promise<Uint8Array>>();
  for (const [coding, suffix] of SUFFIXES) {
    if (present.has(name + suffix)) bodies.set(coding, readOnce(join(folder, name + suffix)));
  }
  return bodies.set("identity", readOnce(join(folder, name)));
}

function readOnce(path: string): () => Promise<Uint8Array> {
  let read: Promise<Uint8Array> | undefined;
  return () => {
    read ??= readFile(path).catch((error: unknown) => {
      // It may be there when somebody asks again.
      read = undefined;
      throw error;
    });
    return read;
  };
}

function documentAt(html: string, steps: number): BoardFile {
  const text = steps === 0 ? html : html.replaceAll('="./', `="${"../".repeat(steps)}`);
  const plain = Buffer.from(text);
  const bodies = new Map<Coding, Uint8Array>([
    ["br", brotliCompressSync(plain)],
    ["gzip", gzipSync(plain)],
    ["identity", plain],
  ]);
  return {
    contentType: TYPES[".html"] ?? "text/html",
    immutable: false,
    etag: etagOf(text),
    bodies: new Map([...bodies].map(([coding, body]) => [coding, async () => body])),
  };
}

function etagOf(content: string | Uint8Array): string {
  return `W/"${createHash("sha256").update(content).digest("base64url").slice(0, 22)}"`;
}
