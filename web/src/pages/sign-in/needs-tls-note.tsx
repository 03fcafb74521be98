import { Mark } from "../../parts/mark.js";

/**
 * In place of a form: what is typed into one would be readable on the way before the hub could refuse it. Why depends on
 * what the browser sees: a page over TLS came through a proxy of which the hub does not know.
 */
export function NeedsTlsNote() {
  return (
    <div className="note v-overdue" role="alert">
      <Mark name="overdue" />
      {location.protocol === "https:" ? <UnknownProxy /> : <ClearText />}
    </div>
  );
}

function UnknownProxy() {
  return (
    <div className="stack-2">
      <b>The hub takes no password from here.</b>
      <span>
        Your browser came over TLS, but the hub was not told so: the proxy in front of it is not named, or does not send
        where the request came from. Start the hub with <code>--trusted-proxies</code> and the proxy’s address, and have
        the proxy send <code>X-Forwarded-Proto: https</code> and <code>X-Forwarded-For</code>.
      </span>
    </div>
  );
}

function ClearText() {
  return (
    <div className="stack-2">
      <b>A password would be readable on the way here.</b>
      <span>This page came over clear text from another machine, so the hub takes no password from it. Either</span>
      <ul className="ways">
        <li>open it on the hub’s own machine, or through an SSH tunnel to it,</li>
        <li>
          give the hub a certificate: <code>--tls-cert</code> and <code>--tls-key</code>,
        </li>
        <li>
          or put a proxy with TLS before it and name that with <code>--trusted-proxies</code>.
        </li>
      </ul>
    </div>
  );
}
