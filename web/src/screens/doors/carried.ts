import { useEffect, useState } from "preact/hooks";

/** What a link carries under `name`, in "#token=..." or, of older links, "?token=..."; or null. Pure. */
export function carried(name: string, address: { hash: string; search: string }): string | null {
  const found = new URLSearchParams(address.hash.replace(/^#/, "")).get(name);
  return found || new URLSearchParams(address.search).get(name) || null;
}

/** The secret of the link that was opened. It is taken out of the address, so that no copy and no history keeps it. */
export function useCarried(name: "token" | "code"): string | null {
  const [token, setToken] = useState(() => take(name));
  useEffect(() => {
    // The same page, opened by another link.
    const changed = () => {
      const next = take(name);
      if (next) setToken(next);
    };
    window.addEventListener("hashchange", changed);
    return () => window.removeEventListener("hashchange", changed);
  }, []);
  return token;
}

function take(name: string): string | null {
  const token = carried(name, location);
  if (token) {
    const query = new URLSearchParams(location.search);
    query.delete(name);
    history.replaceState(history.state, "", location.pathname + (query.size ? `?${query}` : ""));
  }
  return token;
}
