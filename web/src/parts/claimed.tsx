/** A text that somebody claims and nobody has checked: it keeps to itself, whatever direction it is written in. */
export function Claimed({ text }: { readonly text: string }) {
  return <bdi className="claimed">{text}</bdi>;
}
