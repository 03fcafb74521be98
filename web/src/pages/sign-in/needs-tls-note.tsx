/** Says why the hub takes no password from here, and the way out of it. */
export function NeedsTlsNote() {
  return (
    <div className="note v-overdue" role="alert">
      <svg width="16" height="16" aria-hidden="true">
        <use href="#m-overdue" />
      </svg>
      <div>
        {/* Whoever sees https here speaks TLS with a proxy, and the hub was not told in a way that it believes. */}
        {location.protocol === "https:" ? (
          <>
            You opened this page over https, but the hub does not know that: the proxy between you and it is not one
            that the hub trusts, or does not say so. Start the hub with <code>--trusted-proxies</code> and the proxy’s
            address, and have the proxy set <code>X-Forwarded-Proto</code> and <code>X-Forwarded-For</code>. Until then
            the hub takes no password here.
          </>
        ) : (
          <>
            This page came over clear text from another machine, and a password would be readable on the way: the hub
            refuses it. Open it on the hub’s own machine, give the hub a certificate (<code>--tls-cert</code>), or put a
            proxy with TLS before it.
          </>
        )}
      </div>
    </div>
  );
}
