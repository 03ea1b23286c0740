import { ProblemError } from "../../api/client.ts";
import type { Problem } from "../../api/types.ts";
import { t } from "../../i18n/index.ts";

/** Why `url` cannot be played: the server's own words where it has some, else `fallback` (the player's) as the code. */
export async function mediaProblem(url: string | undefined, fallback: string): Promise<ProblemError> {
  const text = t.value.player;
  const local: Problem = {
    type: "about:blank",
    title: text.errorTitle,
    status: 0,
    detail: text.errorMedia,
    instance: url?.split("?")[0] ?? "",
    code: fallback || "media_error",
    category: "playback",
    correlation_id: "",
  };
  if (!url) return new ProblemError(local);
  try {
    const response = await fetch(url, { headers: { range: "bytes=0-0" } });
    if (response.ok) return new ProblemError(local);
    const body = (await response.json().catch(() => null)) as Problem | null;
    return new ProblemError(body?.code ? body : { ...local, status: response.status, detail: text.errorNetwork });
  } catch {
    return new ProblemError({ ...local, code: "offline", category: "offline" });
  }
}
