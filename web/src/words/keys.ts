/** `ed25519.5f1c…a90e`: enough to recognise where there is no room, and not to compare by. */
export function shortKey(keyid: string): string {
  const [kind = "", rest = ""] = keyid.split(/\.(.*)/su);
  return rest.length <= 12 ? keyid : `${kind}.${rest.slice(0, 4)}…${rest.slice(-4)}`;
}
