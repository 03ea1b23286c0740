import { href } from "../router/router.ts";
import type { Problem } from "./types.ts";

const API = "api/v1";

/** An answer that is an error, or no answer at all (code "offline"). Always carries something a person can be told. */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail || problem.title);
    this.name = "ProblemError";
  }

  get code(): string {
    return this.problem.code;
  }

  get offline(): boolean {
    return this.problem.code === "offline";
  }
}

export type QueryValue = string | number | boolean | null | undefined;

export interface RequestOptions {
  query?: Record<string, QueryValue>;
  body?: unknown;
  signal?: AbortSignal;
  /** Survives the page being left. */
  keepalive?: boolean;
}

interface Hooks {
  /** The credential is missing or no longer good. */
  signedOut(code: string): void;
  language(): string;
  /** Whether nothing of what the browser keeps may answer. */
  fresh(): boolean;
  reached(answered: boolean): void;
}

let hooks: Hooks = { signedOut: () => {}, language: () => navigator.language, fresh: () => false, reached: () => {} };

export function installHooks(installed: Hooks): void {
  hooks = installed;
}

/** The address of something below the API. */
export function apiUrl(path: string, query?: Record<string, QueryValue>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== null && value !== undefined && value !== "") search.set(name, String(value));
  }
  const text = search.toString();
  return href(`/${API}${path}${text ? `?${text}` : ""}`);
}

/** An address that the server gave ("/api/v1/..."), with the base path it may live below. */
export function serverUrl(url: string): string {
  if (!url.startsWith("/")) return url;
  const base = href("/");
  return base !== "/" && !url.startsWith(base) ? href(url) : url;
}

export async function request<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
  const response = await send(method, path, options);
  if (response.status === 204) return undefined as T;
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return body as T;
  throw refuse(asProblem(response, body, path), path);
}

async function send(method: string, path: string, options: RequestOptions): Promise<Response> {
  const headers: Record<string, string> = { accept: "application/json", "accept-language": hooks.language() };
  if (options.body !== undefined) headers["content-type"] = "application/json";
  if (method !== "GET") headers["x-csrf-token"] = cookie("matinee_csrf");
  try {
    const response = await fetch(apiUrl(path, options.query), {
      method,
      headers,
      credentials: "same-origin",
      cache: hooks.fresh() ? "no-store" : "default",
      body: options.body === undefined ? null : JSON.stringify(options.body),
      signal: options.signal ?? null,
      keepalive: options.keepalive ?? false,
    });
    hooks.reached(true);
    return response;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    hooks.reached(false);
    throw new ProblemError(offlineProblem(path));
  }
}

function refuse(problem: Problem, path: string): ProblemError {
  const ended = ["authentication_required", "session_expired", "token_revoked", "account_disabled"];
  if (problem.status === 401 && ended.includes(problem.code) && !path.startsWith("/auth/"))
    hooks.signedOut(problem.code);
  return new ProblemError(problem);
}

function asProblem(response: Response, body: unknown, instance: string): Problem {
  if (body && typeof body === "object" && "code" in body) return body as Problem;
  return {
    type: "about:blank",
    title: response.statusText || String(response.status),
    status: response.status,
    detail: "",
    instance,
    code: response.status >= 500 ? "internal_error" : "unexpected_answer",
    category: "server",
    correlation_id: response.headers.get("x-request-id") ?? "",
  };
}

function offlineProblem(instance: string): Problem {
  const shared = { type: "about:blank", title: "", detail: "", status: 0, correlation_id: "" };
  return { ...shared, instance, code: "offline", category: "offline" };
}

function cookie(name: string): string {
  const found = document.cookie.split("; ").find((entry) => entry.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}
