import { apiUrl } from "../../api/client.ts";

/** Where a sign-in with another service begins; it ends at `next`. */
export function oidcUrl(provider: string, next: string, purpose: "sign_in" | "link"): string {
  return apiUrl("/auth/oidc/start", { provider, return_to: next, purpose });
}
