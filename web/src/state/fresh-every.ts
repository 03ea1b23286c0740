import { useEffect, useRef } from "preact/hooks";

/** Calls `refresh` every so many milliseconds while the page is looked at. */
export function useFreshEvery(milliseconds: number, refresh: () => void): void {
  const latest = useRef(refresh);
  latest.current = refresh;
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === "visible" && latest.current(), milliseconds);
    return () => clearInterval(timer);
  }, [milliseconds]);
}
