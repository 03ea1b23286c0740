import { describe, expect, it } from "vitest";
import { ProblemError } from "../src/api/client.ts";
import { passwordFault, passwordStrength } from "../src/parts/password-strength.ts";
import { auditQuery } from "../src/screens/audit/filters.ts";
import { carried } from "../src/screens/doors/carried.ts";
import { fieldFault } from "../src/screens/doors/field-fault.ts";
import { userCode } from "../src/screens/link/user-code.ts";
import { ageChoices, isPin } from "../src/screens/profiles/ages.ts";
import { flat, shown } from "../src/screens/protection/evidence.tsx";
import { networksIn } from "../src/screens/protection/networks.ts";
import { deviceName } from "../src/screens/signin/device-name.ts";
import { limitOf, rightOf, withRight } from "../src/screens/users/rights.ts";
import { destination } from "../src/state/session.ts";

describe("passwords", () => {
  it("are refused when short, when they are the name, and when anybody would try them", () => {
    expect(passwordFault("seven77")).toBe("short");
    expect(passwordFault("Katherine", "katherine")).toBe("name");
    expect(passwordFault("enirehtak", "katherine")).toBe("name");
    for (const common of ["password", "Passwort1!", "12345678", "aaaaaaaa", "qwertyuiop", "hgfedcba"])
      expect(passwordFault(common), common).toBe("common");
    expect(passwordFault("a sentence to remember")).toBeNull();
  });
  it("get better with length and variety", () => {
    const levels = ["short", "password", "brownfox", "brown-fox-44", "a sentence to remember"].map((each) =>
      passwordStrength(each),
    );
    expect(levels).toEqual([0, 1, 2, 3, 4]);
    expect(passwordStrength("ababababababababababab")).toBeLessThan(4);
  });
});

describe("links that carry something", () => {
  it("give it from the fragment before the query", () => {
    expect(carried("token", { hash: "#token=a", search: "?token=b" })).toBe("a");
    expect(carried("token", { hash: "", search: "?token=b" })).toBe("b");
    expect(carried("code", { hash: "#token=a", search: "" })).toBeNull();
  });
});

describe("where the door leads", () => {
  it("is a page of this server and no other", () => {
    expect(destination("/movies/movie-1?x=1")).toBe("/movies/movie-1?x=1");
    for (const bad of [null, "", "https://evil.test", "//evil.test", "/\\evil.test", "movies"])
      expect(destination(bad)).toBe("/");
  });
});

describe("codes of devices", () => {
  it("are written as the other screen shows them", () => {
    expect(userCode("wdjbmjht")).toBe("WDJB-MJHT");
    expect(userCode(" wdjb mjht xx")).toBe("WDJB-MJHT");
    expect(userCode("wdjb")).toBe("WDJB");
  });
});

describe("what a device calls itself", () => {
  it("is its browser and its system", () => {
    expect(deviceName("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0")).toBe("Firefox, Linux");
    expect(deviceName("Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 Chrome/108.0 Safari/537.36")).toBe(
      "Chrome, webOS TV",
    );
    expect(deviceName("curl/8")).toBe("Browser");
  });
});

describe("faults of fields", () => {
  it("are found by the last part of their place", () => {
    const error = new ProblemError({
      type: "",
      title: "",
      status: 422,
      detail: "",
      instance: "",
      code: "validation_failed",
      category: "validation",
      correlation_id: "",
      errors: [{ location: "body.pin", message: "Wrong.", code: "pin_wrong" }],
    });
    expect(fieldFault(error, "pin")).toBe("Wrong.");
    expect(fieldFault(error, "name")).toBeNull();
    expect(fieldFault(null, "pin")).toBeNull();
  });
});

describe("profiles", () => {
  it("offer the usual limits and the one that is set", () => {
    expect(ageChoices(null)).toEqual([0, 6, 12, 16, 18]);
    expect(ageChoices(7)).toEqual([0, 6, 7, 12, 16, 18]);
  });
  it("take four to eight digits as a PIN", () => {
    expect(["123", "1234", "12345678", "123456789", "12a4"].map(isPin)).toEqual([false, true, true, false, false]);
  });
});

describe("rights of people", () => {
  it("are the tier's, granted or denied, one at a time", () => {
    const person = { granted: ["invite"], denied: ["download"] };
    expect(["invite", "download", "play"].map((name) => rightOf(person, name))).toEqual(["granted", "denied", "tier"]);
    expect(withRight(person, "invite", "denied")).toEqual({ granted: [], denied: ["download", "invite"] });
    expect(withRight(person, "download", "tier")).toEqual({ granted: ["invite"], denied: [] });
  });
  it("have limits that are whole numbers or the tier's", () => {
    expect(["", " 3 ", "0", "-1", "2.5", "many"].map(limitOf)).toEqual([null, 3, 0, undefined, undefined, undefined]);
  });
});

describe("filters of the audit log", () => {
  it("ask for whole days and leave out what is not set", () => {
    const asked = auditQuery(new URLSearchParams("event=sign_in&since=2026-11-20&until=2026-11-20&user=u1"));
    expect(asked).toMatchObject({ event: "sign_in", user_id: "u1" });
    expect(Date.parse(asked.until as string) - Date.parse(asked.since as string)).toBe(86_400_000);
    expect(auditQuery(new URLSearchParams("since=yesterday"))).toEqual({});
  });
});

describe("protection", () => {
  it("reads networks in any arrangement, each once", () => {
    expect(networksIn("10.0.0.0/8\n\n10.0.0.0/8, ::1;127.0.0.1 ")).toEqual(["10.0.0.0/8", "::1", "127.0.0.1"]);
  });
  it("shows evidence as text", () => {
    expect(shown(["/a", "/b"])).toBe("/a, /b");
    expect(shown({ error_codes: { "404": 3 } })).toBe("error codes: 404: 3");
    expect(shown(0.123456)).toBe("0.12");
  });
  it("of a block is told rule by rule, and of a finding as it is", () => {
    expect(flat({ score: 120, account: "a1", findings: { path_scanning: { distinct: 6 } } })).toEqual({
      account: "a1",
      path_scanning: { distinct: 6 },
    });
    expect(flat({ score: 12, seconds: 60 })).toEqual({ score: 12, seconds: 60 });
    expect(shown(60, "seconds")).toBe("60 s");
  });
});
