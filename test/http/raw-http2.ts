/** HTTP/2 frames by hand (RFC 9113 and 7541), for what no well-behaved client sends. */

export const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");

export const FRAME = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  ping: 6,
  windowUpdate: 8,
  continuation: 9,
  unknown: 0x60,
} as const;

export const END_STREAM = 1;
export const END_HEADERS = 4;

export function frame(type: number, flags: number, stream: number, payload: Uint8Array = new Uint8Array()): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.byteLength, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** The preface and settings with which a connection begins; settings as pairs of identifier and value. */
export function opening(...settings: [number, number][]): Buffer {
  return Buffer.concat([PREFACE, settingsFrame(...settings)]);
}

export function settingsFrame(...settings: [number, number][]): Buffer {
  const payload = Buffer.alloc(settings.length * 6);
  for (const [index, [identifier, value]] of settings.entries()) {
    payload.writeUInt16BE(identifier, index * 6);
    payload.writeUInt32BE(value, index * 6 + 2);
  }
  return frame(FRAME.settings, 0, 0, payload);
}

/** Headers as literals that no table keeps. */
export function headerBlock(fields: readonly [string, string][]): Buffer {
  return Buffer.concat(fields.map(([name, value]) => Buffer.concat([Buffer.of(0), text(name), text(value)])));
}

export function requestHeaders(path: string, more: readonly [string, string][] = []): [string, string][] {
  return [[":method", "POST"], [":scheme", "http"], [":authority", "hub.test"], [":path", path], ...more];
}

export function headersFrame(stream: number, fields: readonly [string, string][], flags = END_HEADERS): Buffer {
  return frame(FRAME.headers, flags, stream, headerBlock(fields));
}

/** The code of a GOAWAY in what a server sent; undefined when there is none. */
export function goawayCode(sent: Buffer): number | undefined {
  for (let at = 0; at + 9 <= sent.byteLength; at += 9 + sent.readUIntBE(at, 3)) {
    if (sent[at + 3] === 7 && at + 17 <= sent.byteLength) return sent.readUInt32BE(at + 13);
  }
  return undefined;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, "latin1");
  return Buffer.concat([integer(bytes.byteLength), bytes]);
}

/** An integer with a prefix of seven bits. */
function integer(value: number): Buffer {
  if (value < 127) return Buffer.of(value);
  const bytes = [127];
  let rest = value - 127;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
  return Buffer.from(bytes);
}
