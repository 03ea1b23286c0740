import { useEffect } from "preact/hooks";

/** Names the page in the browser's tab. */
export function usePageTitle(title: string | null | undefined): void {
  useEffect(() => {
    document.title = title ? `${title} · Matinee` : "Matinee";
  }, [title]);
}
